import { describe, expect, it } from "vitest";
import {
  forwardedRequest,
  hostnameOf,
  isMalformed,
  requestTo,
  urlOf,
} from "../../server/forwarded/forwarded-request.ts";

const read = ({ method = "GET", proto = "https", host = "app.example.com", uri = "/" }) =>
  forwardedRequest(method, proto, host, uri);

describe("the host", () => {
  it.each([
    ["app.example.com", "app.example.com"],
    ["APP.Example.COM", "app.example.com"],
    ["app.example.com.", "app.example.com"],
    ["app.example.com:443", "app.example.com"],
    ["app.example.com.:443", "app.example.com"],
    ["app.example.com:0443", "app.example.com"],
    ["app.example.com:80", "app.example.com:80"],
    ["app.example.com:8443", "app.example.com:8443"],
    ["127.0.0.1:8080", "127.0.0.1:8080"],
    ["[2001:DB8::1]", "[2001:db8::1]"],
    ["[::1]:8443", "[::1]:8443"],
    ["app.example.com:1", "app.example.com:1"],
    ["app.example.com:65535", "app.example.com:65535"],
    ["a0-z9.example", "a0-z9.example"],
    ["localhost", "localhost"],
    [`${"a.".repeat(126)}a`, `${"a.".repeat(126)}a`],
    ["xn--bcher-kva.example", "xn--bcher-kva.example"],
  ])("turns %s into %s", (host, canonical) => {
    expect(read({ host })).toMatchObject({ host: canonical });
  });

  it("drops only the default port of its scheme", () => {
    expect(read({ proto: "http", host: "a.example:80" })).toMatchObject({ host: "a.example" });
    expect(read({ proto: "http", host: "a.example:443" })).toMatchObject({ host: "a.example:443" });
  });

  it.each([
    "",
    ".",
    "..",
    "app.example.com..",
    ".app.example.com",
    "app..example.com",
    "-app.example.com",
    "app-.example.com",
    "app.exa%6dple.com",
    "app.example。com",
    "аpp.example.com",
    "app.example.com%00.evil.example",
    "app.example.com@evil.example",
    "app.example.com\\@evil.example",
    "app.example.com/evil",
    "app.example.com?",
    "app.example.com#",
    "app.example.com, evil.example",
    "app.example.com evil.example",
    "app.example.com:",
    "app.example.com:0",
    "app.example.com:65536",
    "app.example.com:99999",
    "app.example.com:8a",
    "app.example.com:443:443",
    "user@app.example.com",
    // Hosts of one label, because a period can hide what another character does.
    "app@evil",
    "app/evil",
    "app\\evil",
    "app?evil",
    "app#evil",
    "app,evil",
    "app evil",
    "app{evil",
    "0{1",
    "app`evil",
    "app~evil",
    "app\u007fevil",
    "app%00",
    ".app",
    "-app",
    "app-",
    "app..",
    "a.-b",
    "a-.b",
    "[::1",
    "::1",
    "[::1%25eth0]",
    "[::zz]",
    "[1:2]",
    "app_1.example.com",
    "a".repeat(300),
  ])("rejects %j", (host) => {
    expect(isMalformed(read({ host }))).toBe(true);
  });

  it.each([
    ["app.example.com:8443", "app.example.com"],
    ["[::1]:8443", "[::1]"],
    ["[::1]", "[::1]"],
  ])("has in %s the name %s", (host, hostname) => {
    const request = read({ host });

    expect(isMalformed(request) ? undefined : hostnameOf(request)).toBe(hostname);
  });
});

describe("the scheme", () => {
  it.each([
    ["http", "http"],
    ["https", "https"],
    ["ws", "http"],
    ["wss", "https"],
  ])("turns %s into %s", (proto, scheme) => {
    expect(read({ proto })).toMatchObject({ scheme });
  });

  it.each(["", "HTTPS", "https,http", "javascript", "ftp", "https:", "constructor"])(
    "rejects %j",
    (proto) => {
      expect(isMalformed(read({ proto }))).toBe(true);
    },
  );
});

describe("the method", () => {
  it.each(["GET", "get", "M-SEARCH", "PROPFIND"])("keeps %s unchanged", (method) => {
    expect(read({ method })).toMatchObject({ method });
  });

  it.each(["", "GET ", "GET, POST", "GÈT", "GET\n", "-", "A".repeat(40)])(
    "rejects %j",
    (method) => {
      expect(isMalformed(read({ method }))).toBe(true);
    },
  );
});

describe("the URI", () => {
  it.each([
    "/",
    "/a/b?c=d",
    "/public/..//admin/%2e%2e/x;a=1",
    "//admin",
    "/a?x=%",
    "/a?p=C:\\x",
    "/a?[]={}|^`",
    "/%E4%BD%A0",
    "/a?u=https://elsewhere.example/",
    "/a%2Fb",
    "/a%20b",
    "/a%00",
    "/%80%fF",
    "/%39%6a%A9",
  ])("keeps %s unchanged", (uri) => {
    expect(read({ uri })).toMatchObject({ uri });
  });

  it.each([
    "",
    "*",
    "a",
    "?a",
    "https://app.example.com/",
    "@evil.example",
    ".evil.example/",
    ":pw@evil.example/",
    "/a#b",
    "/secret#/public",
    "/a b",
    "/a\tb",
    "/a\r\nX: y",
    "/a\u0000",
    "/\u007f",
    "/ä",
    "/ÿ",
    "/a?q=ä",
    "/%",
    "/%zz",
    "/%4",
    "/a%2",
    "/%0",
    "/%0z",
    "/%0/",
    "/%0:",
    "/%0@",
    "/%0G",
    "/%0`",
    "/%0g",
    "/%z0",
    "/%01",
    "/a%0d%0ab",
    "/%1f",
    "/%7F",
    "/\\evil.example",
    "/public\\..\\admin",
    "/ HTTP/1.1",
  ])("rejects %j", (uri) => {
    expect(isMalformed(read({ uri }))).toBe(true);
  });
});

describe("what is wrong with a request", () => {
  it.each([
    [{ method: "GET " }, "the method is not a token"],
    [{ proto: "ftp" }, "the scheme is neither http nor https"],
    [{ host: "app@evil" }, "the host is not a host name"],
  ])("is named: %j", (parts, malformed) => {
    expect(read(parts)).toMatchObject({ malformed });
  });
});

describe("a URL that doorward opens itself", () => {
  it("is read as the request that a browser would send", () => {
    const request = requestTo(new URL("https://app.example.com:8443/a?b=c#d"));

    expect(request).toMatchObject({
      method: "GET",
      scheme: "https",
      host: "app.example.com:8443",
      uri: "/a?b=c",
    });
    expect(request && urlOf(request)).toBe("https://app.example.com:8443/a?b=c");
  });

  it("is refused if no proxy could send it", () => {
    expect(requestTo(new URL("ftp://app.example.com/"))).toBeUndefined();
    expect(requestTo(new URL("https://app.example.com/%0a"))).toBeUndefined();
  });
});

it.each([
  ["app.example.com", "app.example.com"],
  ["app.example.com:8443", "app.example.com"],
  ["[::1]", "[::1]"],
  ["[::1]:8443", "[::1]"],
])("the host name of %s is %s", (host, name) => {
  const request = read({ host });

  expect(isMalformed(request) ? undefined : hostnameOf(request)).toBe(name);
});
