import { describe, expect, it } from "vitest";
import { readForwarded } from "../../server/forwarded/read-forwarded.ts";
import type { ExtAuthzRequest } from "../../server/forwarded/read-forwarded.ts";
import { RequestHeaders } from "../../server/forwarded/request-headers.ts";

const forwarded = {
  "X-Forwarded-Method": "GET",
  "X-Forwarded-Proto": "https",
  "X-Forwarded-Host": "app.example.com",
  "X-Forwarded-Uri": "/private?x=1",
};
const original = {
  "X-Original-Method": "GET",
  "X-Original-URL": "https://app.example.com/private?x=1",
};

type Headers = Record<string, string | string[]>;

function read(headers: Headers, pinned?: string, carried?: ExtAuthzRequest) {
  const raw = Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().flatMap((one) => [name, one]),
  );
  return readForwarded(new RequestHeaders(raw), pinned, carried);
}

function without(headers: Record<string, string>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));
}

const result = { method: "GET", scheme: "https", host: "app.example.com", uri: "/private?x=1" };

describe("one family of headers", () => {
  it.each([
    ["forwarded", forwarded],
    ["original", original],
  ])("describes the request: %s", (name, headers) => {
    expect(read(headers)).toMatchObject({ dialect: { name }, request: result });
  });

  it.each(
    [forwarded, original].flatMap((headers) =>
      Object.keys(headers).map((name) => [name, headers] as const),
    ),
  )("is malformed if %s is missing, empty or repeated", (name, headers) => {
    const value = (headers as Record<string, string>)[name] ?? "";

    expect(read(without(headers, name))).not.toHaveProperty("request");
    expect(read({ ...headers, [name]: "" })).not.toHaveProperty("request");
    expect(read({ ...headers, [name]: [value, value] })).not.toHaveProperty("request");
    expect(read({ ...headers, [name]: `${value}, ${value}` })).not.toHaveProperty("request");
  });

  it("names the family that disagrees, or the header that is repeated, as a conflict", () => {
    const other = { ...forwarded, ...original, "X-Original-Method": "POST" };
    const twice = { ...forwarded, ...original, "X-Original-Method": ["GET", "GET"] };

    expect(read(other)).toEqual({
      dialect: undefined,
      malformed: 'the header families disagree: see the headers of "original"',
      isConflict: true,
    });
    expect(read(twice)).toMatchObject({ malformed: "x-original-method is repeated" });
  });

  it("names what Envoy's request lacks", () => {
    expect(read({ Host: "a.example", "X-Forwarded-Proto": "https" }, "ext-authz")).toMatchObject({
      dialect: { name: "ext-authz" },
      malformed: "the visitor's URI does not follow /verify",
    });
  });

  it("reads no header that is missing in the table", () => {
    expect(() => new RequestHeaders([]).get("x-other")).toThrow("the header x-other is not in");
  });

  it("reads X-Original-URL without a path as its root", () => {
    expect(read({ ...original, "X-Original-URL": "https://app.example.com" })).toMatchObject({
      request: { host: "app.example.com", uri: "/" },
    });
  });

  it.each([
    "http://app.example.com:8080/a?b#",
    "https://app.example.com?a",
    "https://app.example.com#a",
    "://app.example.com/",
    "//app.example.com/",
  ])("refuses X-Original-URL: %s", (url) => {
    expect(read({ ...original, "X-Original-URL": url })).not.toHaveProperty("request");
  });

  it.each<[Headers, string]>([
    [{ ...original, "X-Original-URL": "nonsense" }, "X-Original-URL is not an absolute URL"],
    [{ ...forwarded, "X-Forwarded-Host": "" }, "x-forwarded-host is missing or empty"],
    [{ ...forwarded, "X-Forwarded-Host": ["a", "a"] }, "x-forwarded-host is repeated"],
    [{}, "no header family is present"],
    [{ "X-Forwarded-Uri": "/", "X-Original-Method": "GET" }, "no header family is complete"],
  ])("names the fault of %j", (headers, malformed) => {
    expect(read(headers)).toMatchObject({ malformed });
  });

  it("gets 403 for a malformed request of nginx, because nginx turns 400 into 500", () => {
    expect(read({ ...original, "X-Original-URL": "nonsense" })).toMatchObject({
      dialect: { name: "original", malformedStatus: 403 },
    });
  });

  it.each([
    "X-Forwarded-Prefix",
    "X-Forwarded-Path",
    "X-Original-URI",
    "X-Rewrite-URL",
    "X-Forwarded-Server",
    "X-Forwarded-Ssl",
    "Forwarded",
    "X_Forwarded_Uri",
    "X.Forwarded.Uri",
    "x-forwarded_uri",
    "X-HTTP-Method-Override",
    "X-Auth-Request-Redirect",
    "User-Agent",
  ])("is not changed by %s", (name) => {
    expect(read({ ...forwarded, [name]: "/public" })).toMatchObject({ request: result });
    expect(read({ ...original, [name]: "/public" })).toMatchObject({ request: result });
  });

  it("is not changed by the headers that a CDN adds to nginx's request", () => {
    const cdn = { "X-Forwarded-Host": "elsewhere.example", "X-Forwarded-Proto": "http" };

    expect(read({ ...original, ...cdn })).toMatchObject({
      dialect: { name: "original" },
      request: result,
    });
  });
});

describe("a request without a header family", () => {
  it("is malformed", () => {
    expect(read({ "X-Forwarded-Host": "app.example.com", "X-Forwarded-Proto": "https" })).toEqual({
      dialect: undefined,
      malformed: "no header family is present",
    });
  });
});

describe("two families", () => {
  it("that agree get a response in the dialect forwarded", () => {
    expect(read({ ...forwarded, ...original })).toMatchObject({
      dialect: { name: "forwarded" },
      request: result,
    });
  });

  it.each([
    ["another URI", { "X-Original-URL": "https://app.example.com/public/x" }],
    ["another host", { "X-Original-URL": "https://other.example.com/private?x=1" }],
    ["another port", { "X-Original-URL": "https://app.example.com:8443/private?x=1" }],
    ["another scheme", { "X-Original-URL": "http://app.example.com/private?x=1" }],
    ["another method", { "X-Original-Method": "POST" }],
    ["a method in lower case", { "X-Original-Method": "get" }],
    ["another forwarded URI", { "X-Forwarded-Uri": "/public/x" }],
    ["another forwarded method", { "X-Forwarded-Method": "POST" }],
    ["a URI without its query", { "X-Forwarded-Uri": "/private" }],
    ["an empty header", { "X-Forwarded-Uri": "" }],
    ["a relative URL", { "X-Original-URL": "/private?x=1" }],
  ])("that disagree are a conflict: %s", (_, other) => {
    expect(read({ ...forwarded, ...original, ...other })).toMatchObject({
      dialect: undefined,
      isConflict: true,
    });
  });

  it.each([
    ["a lone X-Original-URL", { ...forwarded, "X-Original-URL": original["X-Original-URL"] }],
    ["a lone X-Original-Method", { ...forwarded, "X-Original-Method": "GET" }],
    ["a lone X-Forwarded-Uri", { ...original, "X-Forwarded-Uri": "/private?x=1" }],
    [
      "a default port",
      { ...forwarded, "X-Original-URL": "https://APP.example.com:443/private?x=1" },
    ],
  ])("are compared only in the parts that both have: %s", (_, headers) => {
    expect(read(headers)).toMatchObject({ request: result });
  });

  it.each([
    ["X-Original-URL", { ...forwarded, "X-Original-URL": "https://app.example.com/public" }],
    ["X-Original-Method", { ...forwarded, "X-Original-Method": "HEAD" }],
    ["X-Forwarded-Uri", { ...original, "X-Forwarded-Uri": "/public" }],
    ["X-Forwarded-Method", { ...original, "X-Forwarded-Method": "HEAD" }],
    [
      "X-Forwarded-Host with a forwarded URI",
      { ...original, "X-Forwarded-Uri": "/private?x=1", "X-Forwarded-Host": "evil.example" },
    ],
    ["repeated X-Forwarded-Uri", { ...original, "X-Forwarded-Uri": ["/private?x=1", "/public"] }],
    [
      "repeated X-Original-URL",
      { ...forwarded, "X-Original-URL": Array(2).fill(original["X-Original-URL"]) },
    ],
  ])("are a conflict if the visitor's own header disagrees: %s", (_, headers) => {
    expect(read(headers)).toMatchObject({ isConflict: true });
  });

  it("that are both incomplete are a conflict", () => {
    const headers = { "X-Forwarded-Uri": "/private?x=1", "X-Original-Method": "GET" };

    expect(read(headers)).toMatchObject({ isConflict: true });
  });
});

describe("a pinned dialect", () => {
  it("ignores the other family", () => {
    const both = { ...forwarded, ...original, "X-Original-URL": "https://app.example.com/other" };

    expect(read(both, "forwarded")).toMatchObject({ request: result });
    expect(read(both, "original")).toMatchObject({ request: { ...result, uri: "/other" } });
  });

  it("reads no other family", () => {
    expect(read(forwarded, "original")).not.toHaveProperty("request");
    expect(read(original, "forwarded")).not.toHaveProperty("request");
    expect(read({}, "original")).not.toHaveProperty("request");
  });
});
