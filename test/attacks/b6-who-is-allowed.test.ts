import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashSync } from "bcryptjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configOf } from "../peers/doorward.ts";
import { settingsFor } from "../peers/process.ts";
import {
  callbackOf,
  changed,
  cookiesOf,
  host,
  policy,
  request,
  sessionCookie,
  signIn,
  startInProcess,
  uri,
  type InProcess,
} from "./baseline.ts";
import { ask, type Lines, type WireAnswer } from "./wire.ts";

const companyOnly = {
  access: {
    domains: ["company.com"],
    emails: ["admin@gmail.com", "kay@gmail.com", "strasse@gmail.com"],
  },
};

let service: InProcess;
let company: InProcess;

beforeAll(async () => {
  [service, company] = await Promise.all([startInProcess(), startInProcess(companyOnly)]);
});
afterAll(() => Promise.all([service.close(), company.close()]));

type Claims = Readonly<Record<string, unknown>>;

const nothing = { email: undefined, email_verified: undefined, groups: undefined };

/** Arrives at the callback as a person with these claims, in the ID token and in UserInfo. */
async function arrive(
  at: InProcess,
  claims: Claims,
  userinfo: Claims = claims,
): Promise<WireAnswer> {
  at.issuer.twist = { ...at.issuer.twist, claims, userinfo: { ...nothing, ...userinfo } };
  return ask(at.port, await callbackOf(at));
}

const sessionIn = (answer: WireAnswer) =>
  cookiesOf(answer).find((pair) => pair.startsWith(`${sessionCookie}=`));

/** Whether a person with these claims gets in: the status of the callback, and that of a page with its cookies. */
async function outcome(at: InProcess, claims: Claims, userinfo?: Claims): Promise<string> {
  const answer = await arrive(at, claims, userinfo);
  const lines: Lines = [...request, ["Cookie", cookiesOf(answer).join("; ")]];
  return `${answer.status}, then ${(await at.verify(lines)).status}`;
}

const admitted = "302, then 200";
const refused = "403, then 302";

/** No session at all: refused by the policy, or a sign-in that failed. */
const out = /^(?:400|403|502), then 302$/;

const verified = (email: unknown) => ({ email, email_verified: true });

describe("the baseline admits whom it should, which shows that the cases below can fail", () => {
  it.each([
    ["a person of the domain", verified("ada@company.com")],
    ["a listed address", verified("admin@gmail.com")],
  ])("%s", async (_, claims) => {
    expect(await outcome(company, claims)).toBe(admitted);
  });

  it.each<[string, Claims, number]>([
    ["staff", { groups: ["staff"] }, 403],
    ["staff and admins", { groups: ["staff", "admins"] }, 200],
  ])("a group of %s", async (_, claims, status) => {
    const Cookie = await signIn(service, claims);

    expect((await service.verify([...request, ["Cookie", Cookie]])).status).toBe(200);
    expect((await service.verify([...uri("/admin"), ["Cookie", Cookie]])).status).toBe(status);
  });
});

const addresses: Readonly<Record<string, readonly string[]>> = {
  "B6.1 an address that is not local@domain": [
    "attacker@evil.com@company.com",
    '"a@company.com"@evil.com',
    '"a@evil.com"@company.com',
    "a@company.com@evil.com",
    "@company.com",
    "company.com",
    "a@",
    "@",
    "a@@company.com",
    "",
    "a b@company.com",
    "a@company.com,b@evil.com",
    "b@evil.com,a@company.com",
    "<a@company.com>",
    "a@company.com>",
    "a(@evil.com)@company.com",
    "a%40company.com",
    "a\uff20company.com",
  ],
  "B6.2 a domain that only resembles the company's": [
    "a@evilcompany.com",
    "a@company.com.evil.com",
    "a@sub.company.com",
    "a@company.com.",
    "a@.company.com",
    "a@company..com",
    " a@company.com",
    "a@company.com ",
    "a@company.com\n",
    "a@company.com\r\nX: y",
    "a@company.com\0",
    "a@company.com\0.evil.com",
    "a@company.co",
    "a@xcompany.com",
    "a@company-com",
    "a@company.com/evil.com",
    "a@company.com#evil.com",
    "a@company.com%2eevil.com",
    "a@comp%61ny.com",
  ],
  "B6.3 a lookalike in Unicode": [
    "a@compa\uff4ey.com",
    "a@\u24d2ompany.com",
    "a@compan\u0443.com",
    "a@company\u3002com",
    "a@company\uff0ecom",
    "a@comp\u00adany.com",
    "a@comp\u200bany.com",
    "a@COMPAN\u0178.com",
    "\uff41dmin@gmail.com",
    "ADM\u0130N@gmail.com",
    "adm\u0131n@gmail.com",
    "\u0430dmin@gmail.com",
    "\u212aay@gmail.com",
    "stra\u00dfe@gmail.com",
    "admin@gma\u0456l.com",
    "admin@gmail.c\u03bfm",
    "admin\u200b@gmail.com",
    "admin\u202e@gmail.com",
  ],
  "B6.4 an alias of a listed address": [
    "admin+x@gmail.com",
    "a.dmin@gmail.com",
    "admin@googlemail.com",
    "admin-x@gmail.com",
    "admin%@gmail.com",
    "admi@gmail.com",
    "admin@gmail.com.",
    "admin@mail.gmail.com",
    '"admin"@gmail.com',
  ],
};

describe.each(Object.entries(addresses))("%s", (_, list) => {
  it.each(list)("%j", async (email) => {
    expect(await outcome(company, verified(email))).toBe(refused);
  });
});

describe("B6.2, B6.4 letters of an address in another case are the same address", () => {
  it.each(["a@COMPANY.COM", "A@Company.com", "ADMIN@gmail.com", "admin@GMAIL.com"])(
    "%s",
    async (email) => {
      expect(await outcome(company, verified(email))).toBe(admitted);
    },
  );
});

describe("B6.5 only the boolean true verifies an address", () => {
  it.each([
    [false],
    ["false"],
    ["true"],
    ["TRUE"],
    [0],
    [1],
    ["1"],
    [null],
    [undefined],
    [[]],
    [[true]],
    [{}],
  ])("email_verified: %j", async (email_verified) => {
    expect(await outcome(company, { email: "a@company.com", email_verified })).toBe(refused);
  });

  it.each([[["a@company.com"]], [{ a: "a@company.com" }], [7], [true], [null]])(
    "and %j is no address",
    async (email) => {
      expect(await outcome(company, verified(email))).toBe(refused);
    },
  );

  it("not even one from UserInfo for the address of the ID token", async () => {
    const token = { email: "a@company.com", email_verified: false };

    expect(await outcome(company, token, verified("b@evil.com"))).toBe(refused);
    expect(await outcome(company, token, { email_verified: true })).toBe(refused);
  });
});

describe("B6.6 an identity is issuer and subject", () => {
  it.each<[string, Claims]>([
    ["another issuer", { iss: "https://login.microsoftonline.com/other/v2.0" }],
    ["an issuer with a slash more", { iss: "SLASH" }],
    [
      "a template for an issuer",
      { iss: "https://login.microsoftonline.com/{tenantid}/v2.0", tid: "x" },
    ],
    ["no issuer", { iss: undefined }],
    ["another client", { aud: "other" }],
    ["a client among others", { aud: ["door", "other"] }],
    ["an authorized party that is another", { azp: "other" }],
    ["no subject", { sub: undefined }],
    ["an empty subject", { sub: "" }],
    ["a subject that is no text", { sub: 7 }],
  ])("and a token with %s opens no session", async (_, changes) => {
    const iss = changes.iss === "SLASH" ? { iss: `${company.issuer.issuer}/` } : {};
    const claims = { ...verified("a@company.com"), ...changes, ...iss };

    expect(await outcome(company, claims)).toMatch(out);
  });

  it("so that a mutable address is not the user that an app sees", async () => {
    const answer = await arrive(company, { sub: "mallory", ...verified("admin@gmail.com") });
    const Cookie = sessionIn(answer) ?? "";
    const verifiedAs = await company.verify([...request, ["Cookie", Cookie]]);

    expect(verifiedAs.header("x-auth-request-user")).toBe("mallory");
  });
});

describe("B6.7 a group that the issuer removed is lost", () => {
  it.each<[string, Claims | undefined]>([
    ["with a new ID token", { groups: [] }],
    ["without an ID token, by UserInfo", undefined],
  ])("%s", async (_, claims) => {
    const short = await startInProcess({ session: { lifetime: "1d", idle: "1d", refresh: "10m" } });
    short.issuer.twist = { refreshes: true };
    const Cookie = await signIn(short, { groups: ["staff", "admins"] });
    const admin: Lines = [...uri("/admin"), ["Cookie", Cookie]];
    const before = (await short.verify(admin)).status;
    short.issuer.twist = {
      refreshes: true,
      userinfo: { groups: ["staff"] },
      ...(claims === undefined ? { idToken: () => undefined } : { claims: { groups: ["staff"] } }),
    };
    short.clock.now += 2 * 3_600_000;
    const after = (await short.verify(admin)).status;
    const staff = (await short.verify([...request, ["Cookie", Cookie]])).status;
    await short.close();

    expect([before, after, staff]).toEqual([200, 403, 200]);
  });
});

describe("B6.8 a missing claim is in no group", () => {
  it.each<[string, Claims]>([
    ["no groups at all", {}],
    ["an empty list", { groups: [] }],
    ["null", { groups: null }],
    ["another claim", { roles: ["staff"], group: ["staff"], Groups: ["staff"] }],
    ["a claim in another object", { realm_access: { groups: ["staff"] } }],
    ["a name that is a group's", { name: "staff", preferred_username: "staff", email: "staff" }],
    ["a subject that is a group's", { sub: "staff" }],
  ])("%s", async (_, claims) => {
    expect(await outcome(service, claims)).toBe(refused);
  });
});

describe("B6.9 a group is a string and compares exactly", () => {
  it.each<[string, unknown]>([
    ["two groups in one text", "staff,admins"],
    ["two groups with a space", "staff admins"],
    ["capital letters", ["STAFF"]],
    ["a list in a list", [["staff"]]],
    ["an object", [{ name: "staff" }]],
    ["a map", { staff: true }],
    ["null in a list", [null]],
    ["a space at its end", ["staff "]],
    ["a space at its start", [" staff"]],
    ["a NUL", ["staff\0"]],
    ["a line break", ["staff\n"]],
    ["a path", ["/staff"]],
    ["a prefix", ["staffing", "sta"]],
    ["a wildcard", ["*", "st*ff", ".*"]],
    ["a number", [7]],
    ["true", true],
    ["a lookalike", ["st\u0430ff"]],
    ["full-width letters", ["\uff53taff"]],
    ["ten thousand others", Array.from({ length: 10_000 }, (_, at) => `group-${at}`)],
    ["JSON in a text", '["staff"]'],
    ["a list with a length", { 0: "staff", length: 1 }],
  ])("%s", async (_, groups) => {
    expect(await outcome(service, { groups })).toBe(refused);
  });

  it("a single text is one group", async () => {
    expect(await outcome(service, { groups: "staff" })).toBe(admitted);
  });

  it("and one among ten thousand is one", async () => {
    const groups = [...Array.from({ length: 10_000 }, (_, at) => `group-${at}`), "staff"];

    expect(await outcome(service, { groups })).toBe(admitted);
  });
});

describe("B6.10 a pointer to groups elsewhere is not followed", () => {
  it.each(["http://169.254.169.254/groups", "https://graph.windows.net/x", "ISSUER"])(
    "%s",
    async (endpoint) => {
      const target = endpoint === "ISSUER" ? `${service.issuer.issuer}/groups` : endpoint;
      const overage = {
        _claim_names: { groups: "src1" },
        _claim_sources: { src1: { endpoint: target, access_token: "x" } },
      };

      expect(await outcome(service, overage)).toBe(refused);
      expect(service.issuer.received.filter(({ path }) => path === "/groups")).toEqual([]);
    },
  );
});

describe("B6.11 a claim path reads own properties only", () => {
  const configure = (path: string) => ({
    rules: [
      {
        host: "app.example.com",
        allow: { claims: { [path]: ["staff", "Object", "1", 1, true] } },
      },
    ],
    headers: { "X-Claim": `claims.${path}` },
  });

  it.each([
    "__proto__.polluted",
    "constructor.name",
    "toString.name",
    "groups.length",
    "groups.0",
    "hasOwnProperty",
    "sub.length",
  ])("%s", async (path) => {
    const odd = await startInProcess(configure(path));
    const Cookie = await signIn(odd, { groups: ["staff"] });
    const ruled = await odd.verify([...request, ["Cookie", Cookie]]);
    const shown = await odd.verify([...host("x.apps.example.com"), ["Cookie", Cookie]]);
    await odd.close();

    expect(ruled.status).toBe(403);
    expect([shown.status, shown.header("x-claim")]).toEqual([200, ""]);
  });

  it.each(["__proto__", "constructor"])("a rule may not name %s", (path) => {
    expect(() => configOf({ ...settingsFor(80), ...policy, ...configure(path) })).toThrow(
      "reserved name",
    );
  });

  it("a claim of such a name gives groups to no one", async () => {
    const text =
      '{"groups":["none"],"__proto__":{"groups":["staff"]},"constructor":{"prototype":{"groups":["staff"]}}}';
    const polluting: Claims = JSON.parse(text);

    expect(await outcome(service, polluting)).toBe(refused);
    expect("groups" in {}).toBe(false);
    expect(await outcome(service, {})).toBe(refused);
  });
});

describe("B6.12 a limit of failed passwords has no second spelling", () => {
  let others = 100;
  let folder: string;
  let limited: InProcess;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "doorward-attack-"));
    await writeFile(join(folder, "users"), `robot:${hashSync("open sesame", 4)}\n`);
    limited = await startInProcess({
      users: join(folder, "users"),
      rules: [{ host: "app.example.com", basic: true, allow: { subjects: ["robot"] } }],
    });
  });
  afterAll(async () => {
    await limited.close();
    await rm(folder, { recursive: true });
  });

  const attempt = (user: string, password: string, address: string) => {
    const credentials = Buffer.from(`${user}:${password}`).toString("base64");
    const lines = changed(request, { "X-Forwarded-For": address });
    return limited.verify([...lines, ["Authorization", `Basic ${credentials}`]]);
  };

  it("the right password, which shows that the cases below can fail", async () => {
    expect((await attempt("robot", "open sesame", "203.0.113.1")).status).toBe(200);
  });

  it.each([
    "ROBOT",
    "Robot",
    " robot",
    "robot ",
    "robot\0",
    "r\u043ebot",
    "robot\u200b",
    "robot\n",
    "",
    "robot,robot",
  ])("%j is not the user robot, so it opens no count and no door", async (user) => {
    expect((await attempt(user, "open sesame", `203.0.113.${++others}`)).status).toBe(401);
  });

  it.each<[string, readonly string[]]>([
    ["alone", ["203.0.113.2"]],
    ["with a port", ["203.0.113.3", "203.0.113.3:80", "203.0.113.3:81"]],
    [
      "after forged ones",
      ["203.0.113.4", "1.2.3.4, 203.0.113.4", "203.0.113.9, 5.6.7.8, 203.0.113.4"],
    ],
    ["before a trusted proxy", ["203.0.113.5", "203.0.113.5, 127.0.0.1"]],
    [
      "in one IPv6 network",
      ["2001:db8::1", "2001:db8::2", "[2001:db8::3]:80", "2001:db8:0:0:ffff::1"],
    ],
  ])("an address counts once: %s", async (_, from) => {
    const statuses: number[] = [];
    for (let tries = 0; tries < 10; tries++)
      statuses.push(
        (await attempt("robot", `guess ${tries}`, from[tries % from.length] ?? "")).status,
      );

    expect(statuses).toEqual(statuses.map(() => 401));
    for (const address of from)
      expect((await attempt("robot", "guess 11", address)).status).toBe(429);
  });
});

describe("B6.13 UserInfo", () => {
  it.each([["mallory"], [""], [undefined], [null], [7], ["ADA"], ["ada "]])(
    "of the subject %j is refused",
    async (sub) => {
      const answer = await arrive(service, { sub: "ada" }, { sub, groups: ["staff"] });

      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(sessionIn(answer)).toBeUndefined();
    },
  );

  it("adds what the ID token lacks, and does not override what it has", async () => {
    expect(await outcome(service, { sub: "ada" }, { groups: ["staff"] })).toBe(admitted);
    expect(await outcome(service, { sub: "ada", groups: ["staff"] }, { groups: ["none"] })).toBe(
      admitted,
    );
    expect(await outcome(service, { sub: "ada", groups: ["none"] }, { groups: ["staff"] })).toBe(
      refused,
    );
  });
});
