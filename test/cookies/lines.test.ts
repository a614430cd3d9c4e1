import { describe, expect, it } from "vitest";
import { createSite } from "../../server/config/site.ts";
import {
  forgetSession,
  readCookie,
  readCookies,
  setCookie,
  setSessionCookie,
} from "../../server/cookies/cookie.ts";

const access = { anyone: true };
const shared = createSite({
  url: "https://auth.example.com",
  cookie: { domain: "example.com" },
  access,
});
const local = createSite({ url: "http://localhost:8080/_auth", cookie: {}, access });

describe("the values of a cookie", () => {
  it.each<[string | undefined, readonly string[]]>([
    [undefined, []],
    ["", []],
    ["a", []],
    ["b=1", []],
    ["aa=1; ba=2", []],
    ["a=1", ["1"]],
    ["a=", [""]],
    ["a=1;", ["1"]],
    ["  a=1  ;b=2", ["1"]],
    ["b=1; a=2", ["2"]],
    ["a=1;a=2", ["1", "2"]],
    ["a=1; b=a=3; a=2", ["1", "2"]],
    ["a=a=1; a=2", ["a=1", "2"]],
    ["a=1; a=1; a=2; a=1", ["1", "2"]],
  ])("in %j are %j", (header, values) => {
    expect(readCookies(header, "a")).toEqual(values);
  });

  it.each<[string | undefined, string | undefined]>([
    [undefined, undefined],
    ["b=1", undefined],
    ["a=1", "1"],
    ["b=2; a= 1 ", " 1"],
    ["a=a=1", "a=1"],
    ["a=1; a=2", undefined],
    ["a=1; a=1", undefined],
  ])("count only if there is one: in %j it is %j", (header, value) => {
    expect(readCookie(header, "a")).toBe(value);
  });
});

describe("a Set-Cookie line", () => {
  it("has the attributes of its options, and no others", () => {
    expect(setCookie("a", "b", { maxAgeSeconds: 60, secure: false })).toBe(
      "a=b; Path=/; Max-Age=60; HttpOnly; SameSite=Lax",
    );
    const all = { maxAgeSeconds: 0, secure: true, domain: "example.com", path: "/x" };
    expect(setCookie("a", "", all)).toBe(
      "a=; Path=/x; Domain=example.com; Max-Age=0; HttpOnly; SameSite=Lax; Secure",
    );
  });

  it("removes the session of the domain, and a host-only cookie that shadows it", () => {
    const { sessionCookieName: name } = shared;
    const end = "Max-Age=0; HttpOnly; SameSite=Lax; Secure";

    expect(forgetSession(shared)).toEqual([
      `${name}=; Path=/; Domain=example.com; ${end}`,
      `${name}=; Path=/; ${end}`,
    ]);
  });

  it("removes the session of a site without a domain", () => {
    const line = `${local.sessionCookieName}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax`;

    expect(forgetSession(local)).toEqual([line]);
    expect(setSessionCookie(local, "t", 5)).toBe(
      `${local.sessionCookieName}=t; Path=/; Max-Age=5; HttpOnly; SameSite=Lax`,
    );
  });
});

describe("the name of the session cookie", () => {
  const nameOf = (url: string, domain?: string) =>
    createSite({ url, cookie: { domain }, access }).sessionCookieName;

  it("has a prefix by scope and scheme, and a digest of the site", () => {
    expect(nameOf("https://a.example.com")).toMatch(/^__Host-doorward-[0-9a-f]{6}$/);
    expect(nameOf("https://a.example.com", "example.com")).toMatch(
      /^__Secure-doorward-[0-9a-f]{6}$/,
    );
    expect(nameOf("http://localhost:1")).toMatch(/^doorward-[0-9a-f]{6}$/);
  });

  it("differs by URL, mount and domain, and is the same for every replica", () => {
    const names = [
      nameOf("https://a.example.com"),
      nameOf("https://a.example.com/_auth"),
      nameOf("https://b.example.com"),
      nameOf("https://a.example.com", "example.com"),
      nameOf("https://a.example.com", "a.example.com"),
    ];

    expect(new Set(names.map((name) => name.slice(-6))).size).toBe(names.length);
    expect(nameOf("https://a.example.com")).toBe(nameOf("https://A.example.com/"));
  });
});
