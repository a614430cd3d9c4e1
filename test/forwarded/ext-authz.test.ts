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

describe("the request that Envoy describes", () => {
  it.each(["GET", "HEAD", "POST", "OPTIONS", "PROPFIND"])(
    "is read from the request line and Host: %s",
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
    ["capitals and a trailing dot", "APP.Example.com.", "app.example.com"],
  ])("has a canonical host, with %s", (_, Host, host) => {
    expect(read({ ...envoys, Host })).toMatchObject({ request: { ...result, host } });
  });

  it.each(["host", "x-forwarded-proto"])(
    "is malformed if %s is missing, empty or repeated",
    (name) => {
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
    },
  );

  it.each([
    ["a relative path", "private"],
    ["a fragment", "/private#x"],
    ["a space", "/private x"],
    ["bytes beyond ASCII", "/privat\u00e9"],
    ["a backslash", "/private\\..\\x"],
    ["an incomplete escape", "/private%2"],
  ])("is malformed with %s", (_, uri) => {
    expect(read(envoys, { visitor: { ...carried, uri } })).toMatchObject({
      malformed: "the URI is not a path",
    });
  });

  it("may come with the headers of other families that agree", () => {
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
  ])("is a conflict if the visitor's own headers disagree: %o", (others) => {
    expect(read({ ...envoys, ...others })).toMatchObject({
      dialect: undefined,
      isConflict: true,
    });
  });

  it("takes no part from another family", () => {
    const { "X-Forwarded-Proto": _, ...unknownScheme } = envoys;

    expect(read({ ...unknownScheme, ...same })).toEqual(
      expect.objectContaining({ malformed: "x-forwarded-proto is missing or empty" }),
    );
  });

  it("ignores the X-Forwarded-Host of a CDN", () => {
    expect(read({ ...envoys, "X-Forwarded-Host": "cdn.example.net" })).toMatchObject({
      request: result,
    });
  });
});

describe("the pinned dialect of Envoy", () => {
  it("ignores the headers of other families", () => {
    const otherwise = { "X-Forwarded-Uri": "/public", "X-Original-Method": "POST" };

    expect(read({ ...envoys, ...otherwise }, { pinned: "ext-authz" })).toMatchObject({
      dialect: { name: "ext-authz" },
      request: result,
    });
  });

  it.each([
    ["alone", {}],
    ["with another family's headers", same],
  ])("refuses a request without a URI: %s", (_, headers) => {
    const answer = read({ ...envoys, ...headers }, { visitor: null, pinned: "ext-authz" });

    expect(answer).not.toHaveProperty("request");
  });
});

describe("another pinned dialect", () => {
  it.each(["forwarded", "original"] as const)(
    "does not read a request below /verify: %s",
    (pinned) => {
      const answer = read(envoys, { pinned });

      expect(answer).not.toHaveProperty("request");
    },
  );
});
