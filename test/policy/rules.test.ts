import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Identity } from "../../server/identity/identity.ts";
import { couldPass, decide } from "../../server/policy/policy.ts";
import { indexByHost } from "../../server/policy/rule-index.ts";
import { compileRules } from "../../server/policy/rules.ts";
import { forwardedRequest, isMalformed } from "../../server/forwarded/forwarded-request.ts";
import { configOf } from "../peers/doorward.ts";

type RawRule = Record<string, unknown>;

const ada: Identity = {
  issuer: "https://id.example.com",
  subject: "ada",
  email: "ada@example.com",
  groups: ["staff"],
  name: undefined,
  preferredUsername: undefined,
  provider: "google",
  claims: { department: "eng", level: 3, roles: ["writer"], nested: { team: "a" } },
};

interface Question {
  method?: string;
  host?: string;
  uri?: string;
  scheme?: string;
  address?: string;
  identity?: Identity;
  isPreflight?: boolean;
  now?: number;
}

/** Decides as `/verify` does; returns the verdict and the rule that decided. */
function policyOf(raw: RawRule[], access: Record<string, unknown> = { groups: ["staff"] }) {
  const config = configOf({
    url: "https://auth.example.com",
    cookie: { domain: "example.com" },
    providers: { google: { clientId: "x" }, partner: { type: "google", clientId: "y" } },
    trustedProxies: ["127.0.0.1"],
    access,
    rules: raw,
  });
  const rules = compileRules(config.rules);
  const rulesOf = indexByHost(rules);
  const ask = ({
    method = "GET",
    host = "app.example.com",
    uri = "/",
    scheme = "https",
    ...rest
  }: Question) => {
    const request = forwardedRequest(method, scheme, host, uri);
    if (isMalformed(request)) return "malformed";
    const facts = {
      request,
      address: rest.address,
      provider: rest.identity?.provider,
      isPreflight: rest.isPreflight ?? false,
    };
    const visitor = { identity: rest.identity, now: rest.now ?? 0 };
    const { verdict, rule } = decide(rulesOf(request), config.access, facts, visitor);
    return `${verdict} ${rule}`;
  };
  return { ask, couldPass: (identity: Identity) => couldPass(rules, config.access, identity) };
}

describe("the first rule that matches decides", () => {
  const { ask } = policyOf([
    { host: "app.example.com", path: "/public/**", allow: "public" },
    { path: "/foo/*/bar", methods: ["GET", "HEAD"], allow: "public" },
    { path: "/admin/**", allow: { groups: ["admins"] } },
    { host: ["shop.example.com", "*.shop.example.com"], allow: "signed-in" },
    { host: "old.example.com", deny: true },
  ]);

  it.each<[Question, string]>([
    [{ uri: "/public/x" }, "allow rules.0"],
    [{ uri: "/public" }, "allow rules.0"],
    [{ uri: "/public/" }, "allow rules.0"],
    [{ uri: "/public?x=/admin/" }, "allow rules.0"],
    [{ uri: "/publicsecret" }, "challenge access"],
    [{ uri: "/public-admin" }, "challenge access"],
    [{ uri: "/public." }, "challenge access"],
    [{ uri: "/public%20" }, "challenge access"],
    [{ uri: "/PUBLIC/x" }, "challenge access"],
    [{ uri: "/admin?x=/public/" }, "challenge rules.2"],
    [{ uri: "/admin?/foo/1/bar" }, "challenge rules.2"],
    [{ uri: "/private/x?path=/foo/a/bar" }, "challenge access"],
    [{ uri: "/foo/1/bar" }, "allow rules.1"],
    [{ uri: "/foo/1/bar", method: "HEAD" }, "allow rules.1"],
    [{ uri: "/foo/1/bar", method: "POST" }, "challenge access"],
    [{ uri: "/foo/1/bar", method: "get" }, "challenge access"],
    [{ uri: "/foo/1/2/bar" }, "challenge access"],
    [{ uri: "/foo//bar" }, "challenge access"],
    [{ uri: "/x/foo/1/bar" }, "challenge access"],
    [{ uri: "/admin", identity: ada }, "deny rules.2"],
    [{ uri: "/admin/", identity: ada }, "deny rules.2"],
    [{ uri: "//admin", identity: ada }, "deny rules.2"],
    [{ uri: "/admin//x", identity: ada }, "deny rules.2"],
    [{ uri: "/%61dmin", identity: ada }, "deny rules.2"],
    [{ uri: "/x/../admin", identity: ada }, "deny rules.2"],
    [{ uri: "/administration", identity: ada }, "allow access"],
    [{ uri: "/admin", identity: { ...ada, groups: ["admins"] } }, "allow rules.2"],
    [{ host: "shop.example.com", identity: { ...ada, groups: [] } }, "allow rules.3"],
    [{ host: "a.b.shop.example.com", identity: { ...ada, groups: [] } }, "allow rules.3"],
    [{ host: "xshop.example.com", identity: { ...ada, groups: [] } }, "deny access"],
    [{ host: "shop.example.com:8443", identity: { ...ada, groups: [] } }, "deny access"],
    [{ host: "SHOP.example.com.:443", identity: { ...ada, groups: [] } }, "allow rules.3"],
    [{ host: "old.example.com" }, "deny rules.4"],
    [{ host: "old.example.com", identity: ada }, "deny rules.4"],
  ])("%j: %s", (question, answer) => {
    expect(ask(question)).toBe(answer);
  });

  it("and a wildcard does not match its parent domain", () => {
    const { ask: askWildcard } = policyOf([{ host: "*.shop.example.com", allow: "public" }]);

    expect(askWildcard({ host: "shop.example.com" })).toBe("challenge access");
    expect(askWildcard({ host: "a.shop.example.com" })).toBe("allow rules.0");
  });

  it("in the order of the list, whether or not it has a host or a wildcard", () => {
    const { ask: ordered } = policyOf([
      { host: "*.example.com", path: "/a", deny: true },
      { host: "app.example.com", allow: "public" },
      { path: "/b", deny: true },
    ]);

    expect(ordered({ uri: "/a" })).toBe("deny rules.0");
    expect(ordered({ uri: "/b" })).toBe("allow rules.1");
    expect(ordered({ uri: "/b", host: "other.example.com" })).toBe("deny rules.2");
  });
});

describe("a path that servers interpret differently", () => {
  const { ask } = policyOf([
    { path: "/public/**", allow: "public" },
    { path: "/admin/**", deny: true },
  ]);

  it.each([
    "/public/../admin",
    "/public/..;/admin",
    "/public/%2e%2e/admin",
    "/public/.%2e/admin",
    "/public/..%2fadmin",
    "/public/..%5cadmin",
    "/public/./../admin",
    "/public//../admin",
    "/public/%252e%252e/admin",
    "/public%2f..%2fadmin",
    "/public/%2e%2e%2fadmin",
    "/public/..//admin/%2e%2e/x;a=1",
    "/public/%2f..%2f..%2fadmin",
    "/%2e/public/../admin",
  ])("is never opened: %s", (uri) => {
    expect(ask({ uri })).not.toMatch(/^allow/);
    expect(ask({ uri, identity: ada })).not.toBe("allow rules.0");
  });

  it.each([
    "/public/a%2fb",
    "/public/a%5cb",
    "/public/%00",
    "/public/a%23",
    "/public/a%3f",
    "/public/a%25",
    "/public/a;b=c",
  ])("is left to `access` instead of a public rule: %s", (uri) => {
    expect(ask({ uri })).toBe("challenge access");
    expect(ask({ uri, identity: ada })).toBe("allow access");
  });

  it.each([
    "/public/a%20b",
    "/public/caf%C3%A9",
    "/public/a%40b",
    "/public/a%2Db",
    "/public//x",
    "/public/a+b,c",
  ])("is not one with a harmless escape or character: %s", (uri) => {
    expect(ask({ uri })).toBe("allow rules.0");
  });

  it("is denied by a rule that matches only one reading of it", () => {
    expect(ask({ uri: "/x/..%2fadmin", identity: ada })).toBe("deny rules.1");
    expect(ask({ uri: "/x%5c..%5cadmin", identity: ada })).toBe("deny rules.1");
    expect(ask({ uri: "/%2561dmin", identity: ada })).toBe("deny rules.1");
    expect(ask({ uri: "/admin;x=y/", identity: ada })).toBe("deny rules.1");
  });

  it("is not opened by a rule with only a host", () => {
    expect(policyOf([{ host: "app.example.com", allow: "public" }]).ask({ uri: "/a%2fb" })).toBe(
      "challenge access",
    );
  });

  it("does not match the root if it has two slashes", () => {
    const { ask: askRoot } = policyOf([{ path: "/", allow: "public" }]);

    const verdicts = ["/", "//", "///", "/./"].map((uri) => askRoot({ uri }));

    expect(verdicts).toEqual(["allow rules.0", ...Array(3).fill("challenge access")]);
  });

  it("matches a literal that a URL can only contain escaped", () => {
    const { ask: askEscaped } = policyOf([{ path: "/über uns/**", allow: "public" }]);

    expect(askEscaped({ uri: "/%C3%BCber%20uns/x" })).toBe("allow rules.0");
    expect(askEscaped({ uri: "/%C3%BCber%20un%73/x" })).toBe("challenge access");
  });
});

describe("a request that servers interpret differently", () => {
  const { ask } = policyOf([
    { host: "old.example.com", deny: true },
    { host: "dev.example.com:8443", allow: "public" },
    { path: "/admin/**", allow: { groups: ["admins"] } },
    { path: "/users/*/keys", allow: { groups: ["admins"] } },
    { path: "/post", methods: ["POST"], deny: true },
    { path: "/doc", query: "preview=1", allow: "public" },
    { path: "/doc", query: "action=delete", deny: true },
    { path: "/public/**", allow: "public" },
    { path: "/users/**", allow: "public" },
    { path: "/post", allow: "public" },
  ]);

  it.each([
    // A proxy that chooses the app by the host name passes on any port that the visitor wrote.
    { host: "old.example.com:81", uri: "/public/x" },
    { host: "app.example.com:1", uri: "/admin" },
    // A URL parser reads the text after two slashes as a host.
    { uri: "//public/admin" },
    { uri: "//x/admin" },
    { uri: "/users//keys" },
    { uri: "/users//x/../keys" },
    { uri: "/public/x%00/../../admin" },
    { uri: "/admin%00" },
    { uri: "/public/%c0%ae%c0%ae/admin" },
    { uri: "/public/..%c0%af../admin" },
    { uri: "/public/%ff" },
    { uri: "/public/x%3by" },
    { uri: "/;%2fx/%61dmin" },
    { uri: "/post", method: "post" },
    { uri: "/doc??preview=1" },
    { uri: "/doc?preview=1&x;preview=0" },
    { uri: "/doc?preview=1&%20preview=0" },
    { uri: "/doc?preview=1&preview[]=0" },
    { uri: "/doc?PREVIEW=1" },
    { uri: `/public/${"a".repeat(9_000)}` },
    { uri: `/doc?preview=1&a=${"a".repeat(9_000)}` },
  ])("is opened by no rule: %j", (question) => {
    expect(ask(question)).not.toMatch(/^allow/);
  });

  it.each([
    { host: "app.example.com:1", uri: "/admin" },
    { uri: "//x/admin" },
    { uri: "/users//keys" },
    { uri: "/users//x/../keys" },
    { uri: "/admin%00" },
    { uri: "/x%00y/../admin" },
    { uri: "/admin%3f" },
    { uri: "/admin%23x" },
    { uri: "/;%2fx/%61dmin" },
    { uri: "/post", method: "post" },
    { uri: "/doc?x;action=delete" },
    { uri: "/doc?Action=delete" },
    { uri: "/doc?action[]=delete" },
    { uri: "/doc?action=delete%00" },
  ])("is denied by the rule that restricts one reading: %j", (question) => {
    expect(ask({ ...question, identity: ada })).toMatch(/^deny rules\./);
  });

  it("is not one with a port, a query or a method that all servers read alike", () => {
    expect(ask({ host: "dev.example.com:8443", uri: "/x" })).toBe("allow rules.1");
    expect(ask({ uri: "/doc?preview=1" })).toBe("allow rules.5");
    expect(ask({ uri: "/doc?preview=1&other=2", method: "GET" })).toBe("allow rules.5");
    expect(ask({ uri: "/users/1/x" })).toBe("allow rules.8");
    expect(ask({ uri: "/post", method: "GET" })).toBe("allow rules.9");
  });

  it.each(["/public/.%09./admin", "/public/..%0d/admin", "/adm%0ain", "/a%7fb", "/a%1f"])(
    "is malformed with an encoded control character: %s",
    (uri) => {
      expect(ask({ uri, identity: ada })).toBe("malformed");
    },
  );
});

/** Five readers of a path, each lenient in its own way, independent of the code under test. */
const readers: ((path: string) => string)[] = [
  (path) => path,
  (path) => decoded(path),
  (path) => decoded(decoded(path)),
  (path) => dotResolved(path),
  (path) => dotResolved(decoded(path).replaceAll("\\", "/")),
];

function decoded(path: string): string {
  return path.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function dotResolved(path: string): string {
  const out: string[] = [];
  for (const segment of path.split("/").slice(1)) {
    if (segment === "..") out.pop();
    else if (segment !== ".") out.push(segment);
  }
  return `/${out.join("/")}`;
}

function isUnder(path: string, folder: string): boolean {
  return path.split("/").find((segment) => segment !== "") === folder;
}

describe("for arbitrary targets", () => {
  const { ask } = policyOf([
    { path: "/admin/**", deny: true },
    { path: "/public/**", allow: "public" },
    { path: "/staff/**", allow: { groups: ["admins"] } },
  ]);
  const piece = fc.oneof(
    fc.constantFrom(
      "/",
      "//",
      "public",
      "admin",
      "staff",
      "..",
      ".",
      ";",
      ";a=b",
      "%2e",
      "%2E%2e",
      "%2f",
      "%5c",
      "%252f",
      "%252e",
    ),
    fc.constantFrom(
      "%61dmin",
      "%70ublic",
      "%2561dmin",
      "%",
      "%zz",
      "x",
      "?",
      "?/public/",
      "#",
      "\\",
      "%00",
      "%20",
      "%c3%a9",
      "~",
    ),
    fc.string({ maxLength: 3 }),
  );
  const target = fc.array(piece, { maxLength: 8 }).map((pieces) => `/${pieces.join("")}`);

  it("no public rule opens a path that any of five readers puts elsewhere", () => {
    fc.assert(
      fc.property(target, (uri) => {
        const path = uri.split("?", 1)[0] ?? "/";
        if (readers.every((read) => isUnder(read(path), "public"))) return;
        expect(ask({ uri })).not.toMatch(/^allow/);
      }),
      { numRuns: 20_000 },
    );
  });

  it("a path that any of them puts under /admin is not allowed to a user with access elsewhere", () => {
    fc.assert(
      fc.property(target, (uri) => {
        const path = uri.split("?", 1)[0] ?? "/";
        if (!readers.some((read) => isUnder(read(path), "admin"))) return;
        expect(ask({ uri, identity: ada })).not.toMatch(/^allow/);
      }),
      { numRuns: 20_000 },
    );
  });
});

describe("conditions", () => {
  it.each<[RawRule, Question, boolean]>([
    [{ query: "download" }, { uri: "/?download" }, true],
    [{ query: "download" }, { uri: "/?a=b&download=1" }, true],
    [{ query: "download" }, { uri: "/?x=download" }, false],
    [{ query: "download" }, { uri: "/download" }, false],
    [{ query: "mode=view" }, { uri: "/?mode=view" }, true],
    [{ query: "mode=view" }, { uri: "/?mode=v%69ew" }, true],
    [{ query: "mode=view" }, { uri: "/?mode=viewer" }, false],
    [{ query: "mode=view" }, { uri: "/?mode=view&mode=edit" }, false],
    [{ query: ["a", "b"] }, { uri: "/?b" }, true],
    [{ ip: "203.0.113.0/24" }, { address: "203.0.113.9" }, true],
    [{ ip: ["2001:db8::/32", "203.0.113.9"] }, { address: "2001:db8::1" }, true],
    [{ ip: "203.0.113.0/24" }, { address: "203.0.114.9" }, false],
    [{ ip: "0.0.0.0/0" }, {}, false],
    [{ provider: "google" }, { identity: ada }, true],
    [{ provider: "partner" }, { identity: ada }, false],
    [{ provider: "google" }, {}, false],
    [{ methods: ["GET"] }, { method: "GET" }, true],
    [{ methods: ["GET"] }, { method: "OPTIONS" }, false],
  ])("%j of %j: %s", (condition, question, isMet) => {
    const { ask } = policyOf([{ ...condition, allow: "public" }], { groups: [] });

    expect(ask(question).startsWith("allow")).toBe(isMet);
  });

  it("on a repeated query parameter deny if any of its values matches", () => {
    const { ask } = policyOf([{ query: "action=delete", deny: true }]);

    expect(ask({ uri: "/?action=view&action=delete", identity: ada })).toBe("deny rules.0");
  });
});

describe("`all`", () => {
  const both = [{ domains: ["example.com"] }, { groups: ["ops"] }];

  it.each<[verdict: string, { access: Record<string, unknown>; rules?: RawRule[] }]>([
    ["deny access", { access: { all: both } }],
    ["allow access", { access: { all: [{ domains: ["example.com"] }, { groups: ["staff"] }] } }],
    ["allow access", { access: { groups: ["staff"], all: both } }],
    ["deny access", { access: { all: [{ groups: [] }, { groups: ["staff"] }] } }],
    ["deny rules.0", { access: { anyone: true }, rules: [{ allow: { all: both } }] }],
    [
      "allow rules.0",
      { access: { groups: [] }, rules: [{ allow: { all: [{ claims: { level: 3 } }] } }] },
    ],
  ])("is %s if every entry, not just one, has to match", (verdict, { access, rules = [] }) => {
    const { ask, couldPass: could } = policyOf(rules, access);

    const decided = ask({ identity: ada });

    expect(decided).toBe(verdict);
    expect(could(ada) || verdict.startsWith("deny")).toBe(true);
  });
});

describe("outcomes", () => {
  it.each<[Record<string, unknown>, boolean]>([
    [{ claims: { department: "eng" } }, true],
    [{ claims: { department: ["ops", "eng"] } }, true],
    [{ claims: { department: "eng", level: 3 } }, true],
    [{ claims: { department: "eng", level: 4 } }, false],
    [{ claims: { level: "3" } }, false],
    [{ claims: { roles: "writer" } }, true],
    [{ claims: { "nested.team": "a" } }, true],
    [{ claims: { missing: "x" } }, false],
    [{ claims: { "__proto__.x": "x" } }, false],
    [{ claims: {} }, false],
    [{ claims: { department: [] } }, false],
    [{ groups: [] }, false],
    [{ groups: ["STAFF"] }, false],
    [{ emails: [], domains: ["example.com"] }, true],
    [{ domains: ["*.example.com"] }, false],
    [{ subjects: ["ada"] }, true],
  ])("allow %j: %s", (allow, isAllowed) => {
    expect(policyOf([{ allow }]).ask({ identity: ada })).toBe(
      isAllowed ? "allow rules.0" : "deny rules.0",
    );
  });

  it("a rule without `allow` applies `access`", () => {
    const { ask } = policyOf([{ path: "/x", preflight: "allow" }]);

    expect(ask({ uri: "/x", identity: ada })).toBe("allow rules.0");
    expect(ask({ uri: "/x", identity: { ...ada, groups: [] } })).toBe("deny rules.0");
  });

  it("preflight allows only real preflights, and never an ambiguous path", () => {
    const { ask } = policyOf([{ path: "/api/**", preflight: "allow" }]);

    expect(ask({ uri: "/api/x", method: "OPTIONS", isPreflight: true })).toBe("allow rules.0");
    expect(ask({ uri: "/api/x", method: "OPTIONS" })).toBe("challenge rules.0");
    expect(ask({ uri: "/other", method: "OPTIONS", isPreflight: true })).toBe("challenge access");
    expect(ask({ uri: "/api/..%2fx", method: "OPTIONS", isPreflight: true })).toBe(
      "challenge rules.0",
    );
    expect(ask({ uri: "/api/a;b", method: "OPTIONS", isPreflight: true })).toBe(
      "challenge rules.0",
    );
  });

  it("maxAge and acr challenge a session whose sign-in is too old or too weak", () => {
    const { ask } = policyOf([{ path: "/pay", maxAge: "15m", acr: ["mfa", "hw"] }]);
    const at = (minutes: number, acr: unknown) =>
      ask({
        uri: "/pay",
        now: minutes * 60_000,
        identity: { ...ada, claims: { auth_time: 0, acr } },
      });

    expect(at(14, "mfa")).toBe("allow rules.0");
    expect(at(14, "hw")).toBe("allow rules.0");
    expect(at(16, "mfa")).toBe("challenge rules.0");
    expect(at(14, "password")).toBe("challenge rules.0");
    expect(at(14, ["mfa"])).toBe("challenge rules.0");
    expect(ask({ uri: "/pay", identity: ada })).toBe("challenge rules.0");
    expect(ask({ uri: "/pay", identity: { ...ada, groups: [] } })).toBe("deny rules.0");
  });

  it("couldPass is false only for an identity that no rule and no access lists", () => {
    const unlisted = { ...ada, groups: [], email: undefined };
    const policy = policyOf([
      { path: "/public", allow: "public" },
      { path: "/x", allow: { subjects: ["eve"] } },
      { path: "/p", provider: "partner", allow: "signed-in" },
    ]);

    expect(policy.couldPass(ada)).toBe(true);
    expect(policy.couldPass(unlisted)).toBe(false);
    expect(policy.couldPass({ ...unlisted, subject: "eve" })).toBe(true);
    expect(policy.couldPass({ ...unlisted, provider: "partner" })).toBe(true);
  });
});
