import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configOf } from "../peers/doorward.ts";
import { settingsFor } from "../peers/process.ts";
import {
  callbackOf,
  changed,
  denied,
  host,
  nginxRequest,
  policy,
  request,
  sessionCookie,
  signIn,
  startBaseline,
  startInProcess,
  uri,
  verdictOf,
  type Baseline,
  type InProcess,
} from "./baseline.ts";
import { ask, type Lines } from "./wire.ts";

let service: Baseline;
let staff: string;

beforeAll(async () => {
  service = await startBaseline();
  staff = await signIn(service, { groups: ["staff"] });
});
afterAll(() => service.close());

const signedIn = (lines: Lines): Lines => [...lines, ["Cookie", staff]];
const verdict = async (lines: Lines) => verdictOf(await service.verify(lines));
const original = (url: string) => changed(nginxRequest, { "X-Original-URL": url });

/** A path that no open rule may open, in the headers of both families. */
async function expectClosed(path: string): Promise<void> {
  expect(await verdict(uri(path))).toMatch(denied);
  expect(await verdict(original(`https://app.example.com${path}`))).toMatch(denied);
}

/** A path that is for admins only, whatever a server makes of it. */
async function expectForAdmins(path: string): Promise<void> {
  await expectClosed(path);
  expect(await verdict(signedIn(uri(path)))).toMatch(/^40[03]$/);
}

async function expectMalformed(path: string): Promise<void> {
  expect(await verdict(signedIn(uri(path)))).toBe("400");
  expect(await verdict(signedIn(original(`https://app.example.com${path}`)))).toBe("403");
}

describe("the baseline lets pass what it should, which shows that the cases below can fail", () => {
  it.each<[string, () => Lines]>([
    ["an open path", () => uri("/public/x")],
    ["an open path with a query", () => uri("/public/x?a=b")],
    ["the root of an open path", () => uri("/public")],
    ["a path between two segments", () => uri("/foo/1/bar?x")],
    ["another host", () => host("open.apps.example.com")],
    ["an API", () => changed(host("api.apps.example.com"), { "X-Forwarded-Uri": "/api/x" })],
    ["a session", () => signedIn(request)],
  ])("%s", async (_, lines) => {
    expect(await verdict(lines())).toBe("200");
  });
});

describe("B2.1 a query opens nothing", () => {
  it.each([
    "/admin?x=/public/",
    "/admin?/foo/1/bar",
    "/admin?%2Fpublic%2F",
    "/admin?/../public/x",
    "/admin/?path=/public/x",
    "/admin??/public/",
  ])("%s", expectForAdmins);

  it.each(["/private/x?path=/foo/a/bar", "/?/public/x", "/foo?/1/bar", "/private?x#/public/"])(
    "%s",
    expectClosed,
  );
});

describe("B2.2 a fragment opens nothing", () => {
  it.each(["/foo/secret#/bar", "/public/x#", "/admin#/public/x", "/#/public/x"])(
    "%s is malformed",
    expectMalformed,
  );

  it.each([
    "/foo/secret%23/bar",
    "/public/secret%23/../x",
    "/public/x%23",
    "/public%23/x",
    "/foo/%23/bar",
  ])("%s", expectClosed);

  it.each(["/public/..%23/../../admin", "/admin%23/../../public"])("%s", expectClosed);
});

describe("B2.3 a path that some server reads as an admin's", () => {
  it.each([
    "/public/../admin",
    "/public/..;/admin",
    "/public/..;a=b/admin",
    "/public/%2e%2e/admin",
    "/public/.%2e/admin",
    "/public/%2E./admin",
    "/public/..%2fadmin",
    "/public/..%5cadmin",
    "/public/./../admin",
    "/public//../admin",
    "/public/%252e%252e/admin",
    "/public/x/../../admin",
    "/public/..//admin",
    "/public/%2e%2e%2fadmin",
    "/public/%c0%ae%c0%ae/admin",
    "/public/..%c0%afadmin",
    "/foo/../admin/../foo/1/bar/../../../admin",
  ])("%s is not open", expectForAdmins);

  it.each(["/public\\..\\admin", "/public/..\\admin", "/foo\\1\\bar"])(
    "%s is malformed",
    expectMalformed,
  );
});

describe("B2.4 encoded delimiters", () => {
  it.each([
    "/public%2f..%2fadmin",
    "/public/%00",
    "/public/x%00/../../admin",
    "/public%3f/x",
    "/public/x%3fy",
    "/public/x%25",
    "/public/%2fx",
    "/public/x%5cy",
    "/public;a=b/x",
    "/public/x;a=b",
    "/public/x%3b",
  ])("%s is not open", expectClosed);

  it.each([
    "/admin%3b/",
    "/admin;a=b",
    "/admin%3f",
    "/%61dmin",
    "/%61%64%6d%69%6e/x",
    "/admin%2fx",
    "/admin%5cx",
    "/admin%00",
  ])("%s is for admins", expectForAdmins);

  it.each(["/%70ublic/x", "/p%75blic/x", "/admin%25", "/foo/1/%62ar"])(
    "of a letter are not open, because not every server decodes them: %s",
    expectClosed,
  );

  it("in a segment that may be anything are open", async () => {
    expect(await verdict(uri("/public/%78"))).toBe("200");
  });
});

describe("B2.5 an app behind a stripped prefix", () => {
  const api = (path: string) => changed(host("api.apps.example.com"), { "X-Forwarded-Uri": path });

  it.each([
    "/api%2f..%2fadmin",
    "/api../admin",
    "/apiadmin",
    "/api/../admin",
    "/api/%2e%2e/admin",
    "/api/..%2fadmin",
    "/api;/../admin",
    "//api/../admin",
  ])("%s is not open", async (path) => {
    expect(await verdict(api(path))).toBe("302 to sign-in");
  });
});

describe("B2.6 a path rule ends at a segment border", () => {
  it.each([
    "/publicsecret",
    "/public-admin",
    "/public%20",
    "/public.",
    "/public..",
    "/public~",
    "/publi",
    "/public%2e",
    "/public_/x",
    "/xpublic/x",
    "/foo/1/barx",
    "/foo/1/bar/x",
    "/foo/1/2/bar",
    "/foo//bar",
    "/foo/bar",
  ])("%s is not open", expectClosed);

  it.each(["/administrator", "/admin-tools", "/admin.php"])(
    "%s is not for admins only",
    async (path) => {
      expect(await verdict(uri(path))).toBe("302 to sign-in");
      expect(await verdict(signedIn(uri(path)))).toBe("200");
    },
  );
});

describe("B2.7 spellings of a path", () => {
  it.each([
    "/admin/",
    "/admin//",
    "//admin",
    "///admin///x",
    "/./admin",
    "/admin/.",
    "/admin/%20",
    "/x/../admin",
  ])("%s is for admins", expectForAdmins);

  it.each(["/PUBLIC/x", "/Public/x", "/FOO/1/bar", "/foo/1/BAR"])(
    "%s is not open, because case counts",
    expectClosed,
  );

  it.each(["/admin%0a", "/admin%09", "/public/x%0d", "/public/%7f", "/public/%1f"])(
    "%j is malformed",
    expectMalformed,
  );

  it.each(["/public/x\x01", "/public/x\x7f", "/\x1badmin"])(
    "%j is not even a header",
    async (path) => {
      expect(await verdict(signedIn(uri(path)))).toBe("400");
      expect(await verdict(signedIn(original(`https://app.example.com${path}`)))).toBe("400");
    },
  );

  it("a space or a tab at the end is not part of a header's value (RFC 9110 §5.5)", async () => {
    expect(await verdict(signedIn(uri("/admin\t")))).toBe("403");
    expect(await verdict(signedIn(uri("/admin ")))).toBe("403");
    expect(await verdict(signedIn(uri("/ad\tmin")))).toBe("400");
  });
});

describe("B2.8 a URL that cannot be parsed is refused", () => {
  it.each([
    "/%",
    "/%zz",
    "/%a",
    "/public/%",
    "/public/%u0041",
    "/public/%2",
    "/\x7f",
    "/\xff",
    "/public/\xff\xfe",
    "/public/é",
    "/ HTTP/1.1",
    "public/x",
    "x",
    "*",
    "",
    "?/public/x",
    "#",
    "\\public",
  ])("URI %j", async (written) => {
    expect(await verdict(signedIn(uri(written)))).toBe("400");
  });

  it.each([
    "https://app.example.com/%",
    "https://app.example.com/%zz",
    "https://app.example.com/\xff",
    "http://[::1",
    "https://[::1/public/x",
    "https://app.example.com:99999/",
    "https://app.example.com:0/public/x",
    "https://app.example.com:-1/",
    "https://app.example.com:/public/x",
    "https:///public/x",
    "https:/app.example.com/public/x",
    "https:app.example.com/public/x",
    "//app.example.com/public/x",
    "app.example.com/public/x",
    "/public/x",
    "https://",
    "://app.example.com/public/x",
    "javascript://app.example.com/public/x",
    "ftp://app.example.com/public/x",
    "HTTPS://app.example.com/public/x",
    " ",
  ])("URL %j", async (written) => {
    expect(await verdict(signedIn(original(written)))).toBe("403");
  });

  it.each([
    ["an open path of 60 kB that leads elsewhere", `/public/${"a/../".repeat(12_000)}../admin`],
    ["an open path of 60 kB", `/public/${"a".repeat(60_000)}`],
    ["dots of 60 kB", `/public/${"../".repeat(20_000)}`],
    ["escapes of 60 kB", `/public/${"%2e".repeat(20_000)}`],
    ["parameters of 60 kB", `/public/${";a".repeat(30_000)}`],
  ])("%s is not opened", async (_, path) => {
    expect(await verdict(uri(path))).toMatch(denied);
  });

  it("a path above the limit of a head is refused", async () => {
    expect((await service.verify(uri(`/public/${"a".repeat(70_000)}`))).status).toBe(431);
  });
});

describe("B2.9 a host in another spelling is the same host", () => {
  it.each([
    "APP.EXAMPLE.COM",
    "App.Example.Com",
    "app.example.com.",
    "app.example.com:443",
    "APP.example.com.:443",
  ])("%s", async (written) => {
    const at = (path: string) => changed(host(written), { "X-Forwarded-Uri": path });

    expect(await verdict(at("/public/x"))).toBe("200");
    expect(await verdict(signedIn(at("/admin")))).toBe("403");
  });

  it.each([
    "a.B.apps.example.com",
    "OPEN.apps.example.com.:8443",
    "open.apps.example.com:80",
    "open.apps.example.com:8443",
    "x.open.apps.example.com",
  ])("and this is another one, which no rule opens: %s", async (written) => {
    expect(await verdict(host(written))).toMatch(/^(302 to sign-in|403)$/);
  });

  it.each(["app.example.com:8443", "app.example.com:80", "app.example.com:4430"])(
    "and a port makes it another one, which no rule opens: %s",
    async (written) => {
      const at = (path: string) => changed(host(written), { "X-Forwarded-Uri": path });

      expect(await verdict(at("/public/x"))).toMatch(/^(302 to sign-in|403)$/);
    },
  );

  it.each([
    "app.example.com..",
    ".app.example.com",
    "app..example.com",
    "app.example.com:443:443",
    "app.example.com:",
    "app.example.com.:",
  ])("and this is none: %s", async (written) => {
    expect(await verdict(signedIn(host(written)))).toBe("400");
  });
});

describe("B2.10 a wildcard host ends at a dot", () => {
  let wild: InProcess;
  beforeAll(async () => {
    const rules = [{ host: "*.apps.example.com", allow: "public" }];
    wild = await startInProcess({ rules });
  });
  afterAll(() => wild.close());

  it.each(["a.apps.example.com", "a.b.apps.example.com", "A.APPS.EXAMPLE.COM."])(
    "%s is within",
    async (written) => {
      expect(verdictOf(await wild.verify(host(written)))).toBe("200");
    },
  );

  it.each([
    "apps.example.com",
    "xapps.example.com",
    "x-apps.example.com",
    "a.xapps.example.com",
    "apps.example.com.evil.com",
    "a.apps.example.com.evil.com",
    "evilexample.com",
    "evil-example.com",
    "example.com.evil.com",
    "a.apps.example.co",
    "a.apps.example.com:8443",
  ])("%s is not", async (written) => {
    expect(verdictOf(await wild.verify(host(written)))).toMatch(/^(302 to sign-in|403)$/);
  });

  it.each([
    "evilexample.com",
    "evil-example.com",
    "apps.example.com.evil.com",
    "auth.example.com.evil.com",
    "example.org",
  ])("no cookie reaches %s, so it gets 403 and no sign-in", async (written) => {
    expect(await verdict(signedIn(host(written)))).toBe("403");
  });

  it.each([
    "*.com",
    "*",
    ".co.uk",
    "*.co.uk",
    "*.github.io",
    "*example.com",
    "a.*.example.com",
    "*.*.example.com",
    "**",
  ])("a rule may not have the host %s", (pattern) => {
    const rules = [{ host: pattern, allow: "public" }];
    expect(() => configOf({ ...settingsFor(80), ...policy, rules })).toThrow(/rules\.0\.host/);
  });

  it.each(["com", "co.uk", "github.io", "*.example.com", "*"])(
    "the cookie may not have the domain %s",
    (domain) => {
      expect(() => configOf({ ...settingsFor(80), ...policy, cookie: { domain } })).toThrow(
        /cookie\.domain/,
      );
    },
  );
});

describe("B2.11 a host with other characters is refused", () => {
  it.each([
    "app.exa%6dple.com",
    "app.example%2ecom",
    "app.example\u3002com",
    "app.example.com%00.evil.com",
    "app.example.com\\@evil.com",
    "app.example.com@evil.com",
    "user@app.example.com",
    "evil.com@app.example.com",
    "app.example.com;x",
    "app.example.com,evil.com",
    "app.example.com evil.com",
    "app.example.com\tx",
    "app_x.example.com",
    "-app.example.com",
    "app-.example.com",
    "[::1",
    "[app.example.com]",
    "[::1]x",
    "[::1%25eth0]",
    "app.example.com:443x",
    "app.example.com:+443",
    "app.example.com:0443443",
    "https://app.example.com",
    "*.apps.example.com",
    `${"a".repeat(260)}.example.com`,
  ])("%j", async (written) => {
    const bytes = Buffer.from(written, "utf8").toString("latin1");

    expect(await verdict(signedIn(changed(host(bytes), { "X-Forwarded-Uri": "/public/x" })))).toBe(
      "400",
    );
    expect(await verdict(signedIn(original(`https://${bytes}/private`)))).toBe("403");
  });

  it.each(["app.example.com/evil", "app.example.com/", "app.example.com?", "app.example.com#"])(
    "%s, which would end the host of a URL",
    async (written) => {
      expect(await verdict(signedIn(host(written)))).toBe("400");
    },
  );

  it.each(["\u0430pp.example.com", "app.ex\u0430mple.com", "app.example.c\u03BFm"])(
    "the lookalike %s",
    async (written) => {
      const bytes = Buffer.from(written, "utf8").toString("latin1");

      expect(await verdict(signedIn(host(bytes)))).toBe("400");
    },
  );

  it.each(["xn--pp-6kc.example.com", "127.0.0.1", "[::1]", "0x7f000001", "2130706433"])(
    "a host that is valid but not the app's opens nothing: %s",
    async (written) => {
      expect(await verdict(changed(host(written), { "X-Forwarded-Uri": "/public/x" }))).toMatch(
        /^(302 to sign-in|403)$/,
      );
    },
  );
});

describe("B2.12 path patterns are no regular expressions", () => {
  it.each(["/admin/public", "/admin/public/x", "/x/foo/1/bar", "/private/public/x"])(
    "a pattern is anchored: %s",
    async (path) => {
      expect(await verdict(uri(path))).toMatch(denied);
    },
  );

  it.each(["/**/**/x", "/a**", "api/x", "^/api/x", "re:/a"])("%s is refused", (path) => {
    const rules = [{ host: "app.example.com", path, allow: "public" }];

    expect(() => configOf({ ...settingsFor(80), ...policy, rules })).toThrow("rules.0.path");
  });

  it("the characters of one are literal", async () => {
    const paths = ["/api/.+/status", "/a(b)+", "/[a-z]", "/x|y"];
    const rules = paths.map((path) => ({ host: "app.example.com", path, allow: "public" }));
    const literal = await startInProcess({ rules });
    const asked = ["/api/x/status", "/ab", "/abb", "/a", "/x", "/y", "/private/x|y"];
    const answers = await Promise.all(asked.map((path) => literal.verify(uri(path))));
    await literal.close();

    expect(answers.map(verdictOf)).toEqual(asked.map(() => "302 to sign-in"));
  });

  it.each([
    ["/public/", "a/"],
    ["/foo/", "a/"],
    ["/foo/", "aaaa!"],
    ["/foo/", "%61"],
    ["/foo/", "./"],
    ["/foo/", "../"],
    ["/foo/", ";"],
    ["/foo/", "%2f"],
    ["/foo/", "%25"],
    ["/foo/", "%00"],
    ["/foo/", "//"],
    ["/foo/", "?"],
  ])("50 kB of %s%s take little computation", async (start, piece) => {
    const path = start + piece.repeat(50_000 / piece.length);
    const before = process.threadCpuUsage();

    expect((await service.verify(uri(path))).status).toBeLessThan(500);
    expect(process.threadCpuUsage(before).user).toBeLessThan(1_000_000);
  });
});

describe("B2.13 a parameter of /verify never opens, and an empty list allows no one", () => {
  const at = async (query: string, lines: Lines) =>
    verdictOf(await service.verify(lines, { target: `/verify?${query}` }));

  it.each([
    "policy=nope",
    "policy=",
    "policy=public",
    "policy=a&policy=b",
    "allow=public",
    "allow=signed-in",
    "rule=1",
    "group=admins",
    "groups=admins",
    "__proto__=x",
    "constructor=x",
    "%00",
    "&&",
    "=",
    "?",
  ])("%s changes nothing", async (query) => {
    expect(await at(query, request)).toBe(await verdict(request));
    expect(await at(query, signedIn(request))).toBe("200");
    expect(await at(query, signedIn(uri("/admin")))).toBe("403");
    expect(await at(query, uri("/public/x"))).toBe("200");
  });

  it.each([
    "allowed_groups=",
    "allowed_groups",
    "allowed_groups=,",
    "allowed_groups=%20",
    "allowed_emails=",
    "allowed_email_domains=",
    "allowed_groups=staff&allowed_groups=",
    "allowed_groups=staff&allowed_groups=admins",
    "allowed_groups=Staff",
    "allowed_groups=staff%00",
  ])("%s allows no one", async (query) => {
    expect(await at(query, signedIn(request))).toBe("403");
  });

  it("a list that the visitor is in does not widen a rule", async () => {
    expect(await at("allowed_groups=staff", signedIn(request))).toBe("200");
    expect(await at("allowed_groups=staff", signedIn(uri("/admin")))).toBe("403");
    expect(await at("allowed_groups=staff", request)).toBe("302 to sign-in");
  });

  it.each([
    { groups: [""] },
    { emails: [""] },
    { domains: [""] },
    {},
    { groups: " " },
    { anyone: false },
  ])("access of %j is refused", (access) => {
    expect(() => configOf({ ...settingsFor(80), ...policy, access })).toThrow(/access/);
  });

  it("access of empty lists gives no one a session", async () => {
    const none = await startInProcess({ access: { groups: [], emails: [], domains: [] } });
    none.issuer.twist = { userinfo: { groups: [""], email: "" } };
    const { status, headers } = await ask(none.port, await callbackOf(none));
    await none.close();

    expect(status).toBe(403);
    expect(headers.filter(([, line]) => line.startsWith(`${sessionCookie}=`))).toEqual([]);
  });

  it("a misspelled setting is refused", () => {
    const rules = [{ host: "app.example.com", allow: { group: ["admins"] } }];

    expect(() => configOf({ ...settingsFor(80), ...policy, acces: {} })).toThrow("acces");
    expect(() => configOf({ ...settingsFor(80), ...policy, rules })).toThrow("group");
  });
});

describe("B2.14 the visitor's own query narrows and opens nothing", () => {
  it.each([
    "/?policy=public",
    "/verify?policy=public",
    "/private?allowed_groups=",
    "/private?allowed_emails=x@y.example",
    "/?allow=public",
    "/verify?allowed_groups=",
  ])("%s", async (path) => {
    expect(await verdict(uri(path))).toMatch(denied);
    expect(await verdict(signedIn(uri(path)))).toBe("200");
    expect(await verdict(signedIn(original(`https://app.example.com${path}`)))).toBe("200");
  });

  it.each(["/admin?allowed_groups=staff", "/admin?groups=staff"])("%s", expectForAdmins);
});
