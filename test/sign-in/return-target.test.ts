import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSite } from "../../server/config/site.ts";
import { allowedRedirectFault } from "../../server/config/allowed-redirect.ts";
import { createReturnTargets } from "../../server/sign-in/return-target.ts";

type OnlySite = ReturnType<typeof createSite>;

const access = { anyone: true };
const site = createSite({
  url: "https://auth.example.com",
  cookie: { domain: "example.com" },
  access,
});
const mounted = createSite({ url: "https://app.example.com/_auth", cookie: {}, access });
const local = createSite({ url: "http://localhost:8080/_auth", cookie: {}, access });
const allowedRedirects = ["partner.example", ".bar.example", "localhost:3000", "dev.example:*"];

function returnTarget(at: OnlySite, written: string) {
  return createReturnTargets([at], { allowedRedirects, rules: [] }).returnTarget(at, written);
}

describe("a return target that is allowed", () => {
  it.each([
    ["/", "https://auth.example.com/"],
    ["/a?b=c#d", "https://auth.example.com/a?b=c#d"],
    ["https://app.example.com/x?a=1&b=2%26c", "https://app.example.com/x?a=1&b=2%26c"],
    ["https://example.com", "https://example.com/"],
    ["HTTPS://APP.example.com/", "https://app.example.com/"],
    ["https://a.b.example.com:443/", "https://a.b.example.com/"],
    [
      "https://app.example.com/?u=https://evil.example",
      "https://app.example.com/?u=https://evil.example",
    ],
    ["https://app.example.com/a@b", "https://app.example.com/a@b"],
    ["https://app.example.com//evil.example", "https://app.example.com//evil.example"],
    ["https://partner.example/", "https://partner.example/"],
    ["https://bar.example/", "https://bar.example/"],
    ["https://foo.bar.example/x", "https://foo.bar.example/x"],
    ["https://localhost:3000/", "https://localhost:3000/"],
    ["https://dev.example:1234/", "https://dev.example:1234/"],
    ["https://dev.example/", "https://dev.example/"],
  ])("%s", (written, target) => {
    expect(returnTarget(site, written)).toBe(target);
  });

  it("may be plain http only if the site is", () => {
    expect(returnTarget(local, "http://localhost:8080/x")).toBe("http://localhost:8080/x");
    expect(returnTarget(local, "http://localhost:3000/x")).toBe("http://localhost:3000/x");
    expect(returnTarget(site, "http://app.example.com/x")).toBeUndefined();
  });
});

describe("a return target that is not allowed", () => {
  const payloads = [
    "",
    "evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "/\\\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "/\v/evil.example",
    "\u0001//evil.example",
    " //evil.example",
    "https:app.example.com",
    "https:/app.example.com",
    "https:///evil.example",
    "https:\\\\evil.example",
    "https://evil.example",
    "https://evilexample.com",
    "https://evil-example.com",
    "https://example.com.evil.example",
    "https://app.example.com@evil.example",
    "https://app.example.com:443@evil.example",
    "https://user:p@app.example.com/",
    "https://@app.example.com/",
    "https://evil.example#app.example.com",
    "https://evil.example?app.example.com",
    "https://evil.example\\.example.com",
    "https://example.com%2eevil.example",
    "https://example.com%00.evil.example",
    "https://example.com;@evil.example",
    "https://app.example.com:8443/",
    "https://app.example.com./",
    "https://app.exаmple.com/",
    "https://app。exаmple。com/",
    "https://[::ffff:1.2.3.4]/",
    "https://2130706433/",
    "https://evilbar.example",
    "https://bar.example.evil.example",
    "https://partner.example:8443/",
    "https://sub.partner.example/",
    "https://localhost/",
    "https://localhost:3001/",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:https://app.example.com/1",
    "ftp://app.example.com/",
    "wss://app.example.com/",
    "https://",
    "https://.bar.example/",
    "https://a..bar.example/",
    "https://..example.com/",
    "https://evil.example;.example.com/",
    "https://evil.example,.example.com/",
    "https://evil.example!.example.com/",
    "https://app.example.com\r\nSet-Cookie: a=b",
    `https://app.example.com/${"a".repeat(16_000)}`,
  ];

  it.each(payloads)("%j", (written) => {
    expect(returnTarget(site, written)).toBeUndefined();
  });

  it.each(["/verify", "/start", "/start?rd=/", "/callback?code=a", "/sign_out", "/x/../sign_out"])(
    "is one of our own endpoints: %s",
    (written) => {
      expect(returnTarget(site, written)).toBeUndefined();
      expect(returnTarget(mounted, `https://app.example.com/_auth${written}`)).toBeUndefined();
    },
  );

  it("is another host of a site with a host-only cookie", () => {
    expect(returnTarget(mounted, "https://app.example.com/x")).toBe("https://app.example.com/x");
    expect(returnTarget(mounted, "https://other.example.com/x")).toBeUndefined();
  });

  it("is never accepted from combined pieces of such targets", () => {
    const pieces = fc.array(
      fc.oneof(
        fc.constantFrom(
          ...payloads,
          "https:",
          "//",
          "/",
          "\\",
          "@",
          "#",
          "?",
          "%2f",
          "%5c",
          "%09",
          ".",
          "..",
          ":443",
        ),
        fc.constantFrom("app.example.com", "example.com", "evil.example", "bar.example"),
        fc.string({ maxLength: 4 }),
      ),
      { maxLength: 6 },
    );

    fc.assert(
      fc.property(pieces, (parts) => {
        const target = returnTarget(site, parts.join(""));
        if (target === undefined) return;
        const { origin, username } = new URL(target);
        expect(username).toBe("");
        expect(origin).toMatch(
          /^https:\/\/((.+\.)?example\.com|partner\.example|(.+\.)?bar\.example|localhost:3000|dev\.example(:\d+)?)$/,
        );
      }),
      { numRuns: 5_000 },
    );
  });
});

describe("the target of a sign-in", () => {
  const targets = { allowedRedirects: ["partner.example"], rules: [] };
  const compat = createSite(
    { url: "https://auth.example.com/oauth2", cookie: { domain: "example.com" }, access },
    "oauth2-proxy",
  );
  const atRoot = createSite(
    { url: "https://auth.example.com", cookie: { domain: "example.com" }, access },
    "oauth2-proxy",
  );
  const signInTarget = (at: OnlySite, written: string) =>
    createReturnTargets([at], targets).signInTarget(at, written);

  it.each([
    "/start",
    "/start/",
    "//start",
    "/./start",
    "/st%61rt",
    "/st%2561rt",
    "/x%2f..%2fstart",
    "/start;a=b",
    "/callback/google?code=a",
    "/sign_out#top",
    "/verify",
  ])("is the root for an endpoint of doorward in any spelling: %s", (written) => {
    const at = `https://app.example.com/_auth${written}`;

    expect(signInTarget(mounted, at)).toBe("https://app.example.com/");
    expect(returnTarget(mounted, at)).toBeUndefined();
  });

  it.each(["/sign_in", "/start?rd=/", "/callback?code=a", "/sign_out", "/userinfo", "/auth"])(
    "is the root of the host for oauth2-proxy's path on any host of the cookie: %s",
    (written) => {
      expect(signInTarget(compat, `/oauth2${written}`)).toBe("https://auth.example.com/");
      expect(signInTarget(compat, `https://APP.example.com:443/oauth2${written}`)).toBe(
        "https://app.example.com/",
      );
    },
  );

  it.each<[string, OnlySite, string]>([
    ["a page under the same path", compat, "https://app.example.com/oauth2/settings"],
    ["another host's page of the same name", compat, "https://partner.example/oauth2/sign_in"],
    [
      "an app's page, if doorward is at the root of its host",
      atRoot,
      "https://app.example.com/start",
    ],
    ["an app's page, without compat", mounted, "https://app.example.com/start"],
    [
      "an app's page named like a part of an endpoint",
      mounted,
      "https://app.example.com/_auth/started",
    ],
  ])("is unchanged for %s", (_, at, written) => {
    expect(signInTarget(at, written)).toBe(written);
  });

  it.each(["https://evil.example/oauth2/sign_in", "http://auth.example.com/oauth2/start"])(
    "is nothing for an endpoint at an address that is not allowed: %s",
    (written) => {
      expect(signInTarget(compat, written)).toBeUndefined();
    },
  );
});

describe("a port that a rule names", () => {
  const { returnTarget: targetOf, targetFault } = createReturnTargets([site], {
    allowedRedirects: [],
    rules: [
      { host: ["app.example.com:8443", "www.example.com"], deny: true },
      { host: ["*.dev.example.com:3000"], deny: true },
      { deny: true },
    ],
  });

  it.each([
    "https://app.example.com:8443/x",
    "https://app.example.com/x",
    "https://www.example.com/",
    "https://a.dev.example.com:3000/",
    "https://a.b.dev.example.com:3000/",
  ])("allows %s", (target) => {
    expect(targetOf(site, target)).toBe(target);
    expect(targetFault(site, new URL(target))).toBeUndefined();
  });

  it.each([
    "https://www.example.com:8443/x",
    "https://app.example.com:3000/x",
    "https://x.app.example.com:8443/",
    "https://dev.example.com:3000/",
    "https://adev.example.com:3000/",
    "https://a.dev.example.com:3001/",
    "https://a.dev.example.com:8443/",
  ])("does not allow %s", (target) => {
    expect(targetOf(site, target)).toBeUndefined();
    expect(targetFault(site, new URL(target))).toBe("port");
  });

  it.each([
    ["http://app.example.com/", "scheme"],
    ["https://evil.example:8443/", "host"],
    ["https://auth.example.com/start", "own endpoint"],
  ])("is not the fault of %s", (target, fault) => {
    expect(targetFault(site, new URL(target))).toBe(fault);
  });

  it("is not needed at a site that is on that port itself", () => {
    const own = createSite({
      url: "https://auth.example.com:8443",
      cookie: { domain: "example.com" },
      access,
    });
    const { targetFault: faultOf } = createReturnTargets([own], {
      allowedRedirects: [],
      rules: [],
    });

    expect(faultOf(own, new URL("https://app.example.com:8443/"))).toBeUndefined();
    expect(faultOf(own, new URL("https://app.example.com/"))).toBeUndefined();
    expect(faultOf(own, new URL("https://app.example.com:444/"))).toBe("port");
  });
});

describe("of several sites", () => {
  const url = "https://auth.example.com:8443";
  const other = createSite({ url, cookie: { domain: "example.com" }, access });
  const { targetFault } = createReturnTargets([other, mounted], {
    allowedRedirects: [],
    rules: [],
  });

  it("each one's port allows a target", () => {
    expect(targetFault(mounted, new URL("https://app.example.com:8443/"))).toBeUndefined();
    expect(targetFault(mounted, new URL("https://app.example.com:8444/"))).toBe("port");
  });

  it("no endpoint of any is a target", () => {
    expect(targetFault(other, new URL("https://app.example.com/_auth/sign_out"))).toBe(
      "own endpoint",
    );
    expect(targetFault(mounted, new URL(`${url}/sign_out`))).toBe("own endpoint");
  });
});

describe("a target of the greatest length", () => {
  const base = "https://app.example.com/";

  it("is 2,000 characters, as it is written and as browsers send it", () => {
    const fits = base.padEnd(2_000, "a");

    expect(returnTarget(site, fits)).toBe(fits);
    expect(returnTarget(site, `${fits}a`)).toBeUndefined();
    expect(returnTarget(site, `${base}${"é".repeat(329)}`)).toBeDefined();
    expect(returnTarget(site, `${base}${"é".repeat(330)}`)).toBeUndefined();
  });
});

describe("an entry of allowedRedirects", () => {
  it.each(["example.org", ".example.org", "host:3000", "host:*", "[::1]:3000"])(
    "may be %s",
    (entry) => {
      expect(allowedRedirectFault(entry)).toBeUndefined();
    },
  );

  it.each(["https://example.org", "example.org/x", "*", "*.example.org", "", ".", "a b", "host:"])(
    "may not be %j",
    (entry) => {
      expect(allowedRedirectFault(entry)).toBeDefined();
    },
  );
});
