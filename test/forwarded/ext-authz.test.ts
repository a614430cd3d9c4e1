import { describe, expect, it } from "vitest";
import type { ExtAuthzRequest } from "../../server/forwarded/read-forwarded.ts";
import { RequestHeaders } from "../../server/forwarded/request-headers.ts";
import { readForwarded } from "../../server/forwarded/read-forwarded.ts";

const envoys = { Host: "app.example.com", "X-Forwarded-Proto": "https" };
const carried = { method: "GET", uri: "/private?x=1" };
const result = { method: "GET", scheme: "https", host: "app.example.com", uri: "/private?x=1" };
const same = {
  "X-Forwarded-Method": "GET",
  "X-Forwarded-Host": "app.example.com",
  "X-Forwarded-Uri": "/private?x=1",
  "X-Original-Method": "GET",
  "X-Original-URL": "https://app.example.com/private?x=1",
};

type Headers = Record<string, string | string[]>;

function read(
  headers: Headers,
  { visitor = carried, pinned }: { visitor?: ExtAuthzRequest | null; pinned?: string } = {},
) {
  const raw = Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().flatMap((one) => [name, one]),
  );
  return readForwarded(new RequestHeaders(raw), pinned, visitor ?? undefined);
}

describe("a request that Envoy carries", () => {
  it.each(["GET", "HEAD", "POST", "OPTIONS", "PROPFIND"])(
    "is the one of our own request line and Host: %s",
    (method) => {
      expect(read(envoys, { visitor: { ...carried, method } })).toMatchObject({
        dialect: { name: "ext-authz" },
        request: { ...result, method },
      });
    },
  );

  it.each([
    ["a port", "app.example.com:8443", "app.example.com:8443"],
    ["the scheme's own port", "app.example.com:443", "app.example.com"],
    ["capitals and a dot at its end", "APP.Example.com.", "app.example.com"],
  ])("has the host that policies are written for, with %s", (_, Host, host) => {
    expect(read({ ...envoys, Host })).toMatchObject({ request: { ...result, host } });
  });

  it.each(["host", "x-forwarded-proto"])("is none when %s is missing, empty or twice", (name) => {
    const written = Object.entries(envoys).find(([key]) => key.toLowerCase() === name);
    const [key = "", value = ""] = written ?? [];
    const { [key]: _, ...without } = envoys as Headers;

    const all = [
      read(without),
      read({ ...envoys, [key]: "" }),
      read({ ...envoys, [key]: [value, value] }),
      read({ ...envoys, [key]: `${value}, ${value}` }),
    ];

    expect(all.filter((one) => "request" in one)).toEqual([]);
    expect(all.every(({ dialect }) => dialect?.malformedStatus === 400)).toBe(true);
  });

  it.each([
    ["no path", "private"],
    ["a fragment", "/private#x"],
    ["a space", "/private x"],
    ["bytes beyond ASCII", "/privat\u00e9"],
    ["a backslash", "/private\\..\\x"],
    ["half an escape", "/private%2"],
  ])("is none with %s", (_, uri) => {
    expect(read(envoys, { visitor: { ...carried, uri } })).toMatchObject({
      malformed: "the URI is not a path",
    });
  });

  it("may come with what another family says too, as long as it is the same", () => {
    expect(read({ ...envoys, ...same })).toMatchObject({
      dialect: { name: "ext-authz" },
      request: result,
    });
  });

  it.each<Headers>([
    { "X-Forwarded-Uri": "/public" },
    { "X-Forwarded-Uri": "" },
    { "X-Forwarded-Uri": ["/private?x=1", "/private?x=1"] },
    { "X-Forwarded-Method": "POST" },
    { "X-Forwarded-Uri": "/private?x=1", "X-Forwarded-Host": "other.example.com" },
    { "X-Original-URL": "https://app.example.com/public" },
    { "X-Original-URL": "http://app.example.com/private?x=1" },
    { "X-Original-URL": "https://other.example.com/private?x=1" },
    { "X-Original-URL": "/private?x=1" },
    { "X-Original-Method": "HEAD" },
    { ...same, "X-Forwarded-Uri": "/public", "X-Original-URL": "https://app.example.com/public" },
  ])("is none where a visitor's own words say otherwise: %o", (words) => {
    expect(read({ ...envoys, ...words })).toMatchObject({
      dialect: undefined,
      isConflict: true,
    });
  });

  it("has no part of it filled in from another family", () => {
    const { "X-Forwarded-Proto": _, ...unknownScheme } = envoys;

    expect(read({ ...unknownScheme, ...same })).toEqual(
      expect.objectContaining({ malformed: "x-forwarded-proto is missing or empty" }),
    );
  });

  it("is not moved by a host that a CDN names alone", () => {
    expect(read({ ...envoys, "X-Forwarded-Host": "cdn.example.net" })).toMatchObject({
      request: result,
    });
  });
});

describe("the pinned dialect of Envoy", () => {
  it("hears nothing of what the other families say", () => {
    const otherwise = { "X-Forwarded-Uri": "/public", "X-Original-Method": "POST" };

    expect(read({ ...envoys, ...otherwise }, { pinned: "ext-authz" })).toMatchObject({
      dialect: { name: "ext-authz" },
      request: result,
    });
  });

  it.each([
    ["alone", {}],
    ["with another family's headers", same],
  ])("knows no request without a URI, and nobody who asks for themselves: %s", (_, headers) => {
    const answer = read({ ...envoys, ...headers }, { visitor: null, pinned: "ext-authz" });

    expect(answer).not.toHaveProperty("request");
    expect(answer).not.toHaveProperty("isSilent");
  });
});

describe("another pinned dialect", () => {
  it.each(["forwarded", "original"] as const)("takes no carried request: %s", (pinned) => {
    const answer = read(envoys, { pinned });

    expect(answer).not.toHaveProperty("request");
    expect(answer).not.toHaveProperty("isSilent");
  });
});
