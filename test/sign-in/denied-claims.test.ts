import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { send, type HttpResponse } from "../peers/browser.ts";
import { configOf, startDoorward } from "../peers/doorward.ts";
import { createKey, jws, startTokenIssuer } from "../peers/token-issuer.ts";
import { forwarded, openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";

const nothing = { email: undefined, email_verified: undefined, groups: undefined };
const listed = { emails: ["ada@example.com"], groups: ["ops"] };

/** The last line of a denial, and the operator's note on the page. */
function denialOf(events: SignInDoor["doorward"]["events"], { status, body }: HttpResponse) {
  const line = events.findLast(({ msg }) => msg === "denied");
  const [, note] =
    /<p class="note">\s*(For the people who run this site.*?)<\/p>/s.exec(body) ?? [];
  return { status, line, note };
}

describe("a person whose claims do not count", () => {
  let door: SignInDoor;

  beforeAll(async () => {
    door = await openSignInDoor({ access: listed });
  });
  afterAll(() => door.close());

  async function deniedWith(claims: Record<string, unknown>) {
    door.issuer.twist = { claims: { ...nothing, ...claims }, userinfo: { ...nothing, ...claims } };
    const answer = await door.signIn(door.browser());
    return denialOf(door.doorward.events, answer);
  }

  it.each<[Record<string, unknown>, string, string]>([
    [
      { email: "ada@example.com", email_verified: "true", groups: [{ name: "ops" }] },
      'email_verified there is the string "true", not true',
      "groups in the token is a list of objects",
    ],
    [
      { email: "ada@example.com", groups: "staff,ops" },
      "email_verified there is absent, not true",
      "groups in the token is one string and counts as one group",
    ],
    [
      { email: "Ada <ada@example.com>", email_verified: true, roles: ["ops"] },
      "the provider's address is not a valid email address",
      "userinfo has roles (a list of strings)",
    ],
    [{}, "email is absent in the token and userinfo", "groups is absent in the token and userinfo"],
  ])("is denied at sign-in, and the log names the claims: %j", async (claims, email, groups) => {
    const { status, line, note } = await deniedWith(claims);

    expect(status).toBe(403);
    expect(line?.noEmail).toContain(email);
    expect(line?.noGroups).toContain(groups);
    expect(note).toContain(`“denied”`);
    expect(note).toContain(String(line?.requestId));
    expect(note).toContain("noEmail and noGroups");
    const { noEmail, noGroups } = line ?? {};
    expect(JSON.stringify({ noEmail, noGroups })).not.toMatch(/ada@|staff/i);
  });

  const ada = { email: "ada@example.com", email_verified: true };
  const bob = { email: "bob@elsewhere.example", email_verified: true };
  const lists = { groups: ["ops"] };

  it.each<[string, Record<string, unknown>, Record<string, unknown>, Record<string, unknown>]>([
    ["email_missing", { emails: ["a@example.com"] }, {}, {}],
    [
      "email_not_verified",
      { domains: ["example.com"] },
      { ...ada, email_verified: false },
      { unverifiedEmail: ada.email, domain: "example.com" },
    ],
    [
      "email_verified_missing",
      { domains: ["example.com"] },
      { email: ada.email },
      { unverifiedEmail: ada.email, domain: "example.com" },
    ],
    ["email_not_counted", { verified: true }, { ...ada, email_verified: "true" }, {}],
    ["domain_not_listed", { domains: ["example.com"] }, bob, { domain: "elsewhere.example" }],
    ["email_not_listed", { emails: ["ada@example.com"] }, bob, { email: bob.email }],
    ["groups_missing", lists, ada, { groups: [], email: ada.email }],
    ["group_not_listed", lists, { ...ada, groups: ["staff"] }, { groups: ["staff"] }],
    ["subject_not_listed", { subjects: ["eve"] }, ada, {}],
    ["not_listed", { ...lists, domains: ["x.example"] }, { ...ada, groups: ["staff"] }, {}],
  ])("has the reason %s, and the line has who it was and what they had", async (...row) => {
    const [reason, access, sent, had] = row;
    const other = await openSignInDoor({ access });
    const claims = { ...nothing, preferred_username: "ada.l", ...sent };
    other.issuer.twist = { claims, userinfo: nothing };

    const { line } = denialOf(other.doorward.events, await other.signIn(other.browser()));
    await other.close();

    const { host } = new URL(other.site);
    const who = { subject: "ada", preferredUsername: "ada.l", provider: "company", host };
    expect(line).toMatchObject({ event: "denied", reason, rule: "access", ...who, ...had });
    // An address that does not count is not where the log has verified ones.
    expect(line?.email).toBe(line?.unverifiedEmail === undefined ? sent.email : undefined);
  });

  it("gets no note if the claims count and are not listed", async () => {
    const eve = { email: "eve@example.com", email_verified: true, groups: ["staff"] };
    const { status, line, note } = await deniedWith(eve);

    expect([status, note]).toEqual([403, undefined]);
    expect(Object.keys(line ?? {})).not.toContain("noEmail");
    expect(Object.keys(line ?? {})).not.toContain("noGroups");
  });
});

describe("a signed-in person whose claims do not count for a rule", () => {
  let door: SignInDoor;

  afterEach(() => door.close());

  const rules = [
    { path: "/ops/**", allow: { groups: ["ops"] } },
    { path: "/mail/**", allow: { domains: ["example.com"] } },
    { path: "/art/**", allow: { claims: { level: 3 } } },
    { path: "/old/**", deny: true },
  ];
  const email = "ada@example.com";
  const unverified = { email, email_verified: false, groups: { ops: true }, level: "3" };

  async function open() {
    door = await openSignInDoor({ access: { anyone: true }, rules, session: { refresh: "1h" } });
    door.issuer.twist = { claims: unverified, userinfo: nothing, refreshes: true };
    const browser = door.browser();
    await door.signIn(browser);
    return async (path: string, headers: Record<string, string> = {}) => {
      const asked = { headers: { "X-Forwarded-Uri": path, ...headers } };
      return denialOf(door.doorward.events, await door.verify(browser, asked));
    };
  }

  it("is denied with the reason of what that rule compares", async () => {
    const ask = await open();
    const [ops, mail, art, old] = [
      await ask("/ops/x"),
      await ask("/mail/x"),
      await ask("/art/x"),
      await ask("/old/x"),
    ];

    expect([ops, mail, art, old].map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    const noGroups = "groups in the token is an object, and only strings count";
    expect(ops.line).toMatchObject({ rule: "rules.0", noGroups });
    expect(ops.line).not.toHaveProperty("noEmail");
    expect(ops.note).toMatch(/says in noGroups which claims/);
    expect(mail.line).toMatchObject({
      rule: "rules.1",
      noEmail: "email in the token does not count: email_verified there is false, not true",
    });
    expect(mail.line).not.toHaveProperty("noGroups");
    expect(art.line).toMatchObject({
      noClaims: "level is a string, and none of the listed values (number)",
    });
    for (const name of ["noEmail", "noGroups", "noClaims"])
      expect(old.line).not.toHaveProperty(name);
    expect(old.note).toBeUndefined();
  });

  it("is denied with the same words after a renewal", async () => {
    const ask = await open();
    door.issuer.twist = {
      ...door.issuer.twist,
      claims: { email, email_verified: "yes", groups: "staff ops" },
    };
    door.clock.now += 61 * 60_000;
    const renewed = await ask("/ops/x");
    const mail = await ask("/mail/x");

    expect(renewed.line?.noGroups).toBe(
      "groups in the token is one string and counts as one group, because it is not split",
    );
    expect(mail.line?.noEmail).toBe(
      'email in the token does not count: email_verified there is the string "yes", not true',
    );
  });
});

describe("a bearer token whose claims do not count", () => {
  it("is denied with the same words", async () => {
    const key = createKey();
    const issuer = await startTokenIssuer();
    issuer.keys = [key];
    const doorward = await startDoorward(
      configOf({
        url: "https://auth.example.com",
        cookie: { domain: "example.com" },
        providers: { company: { type: "oidc", issuer: issuer.issuer, clientId: "door" } },
        access: listed,
        rules: [{ host: "api.example.com", bearer: true }],
      }),
    );
    const iat = Math.floor(Date.now() / 1000) - 5;
    const claims = {
      iss: issuer.issuer,
      sub: "ada",
      aud: "door",
      iat,
      exp: iat + 300,
      email: "ada@example.com",
      email_verified: 1,
      groups: [{ slug: "ops" }],
    };
    const token = jws({ alg: key.alg, typ: "at+jwt", kid: key.kid }, claims, key);
    const headers = { ...forwarded("https://api.example.com/"), Authorization: `Bearer ${token}` };
    const ports = new Map([["doorward:80", doorward.port]]);

    const answer = await send("http://doorward/verify", ports, { headers });

    expect(answer.status).toBe(403);
    expect(denialOf(doorward.events, answer).line).toMatchObject({
      noEmail: "email in the token does not count: email_verified there is the number 1, not true",
      noGroups:
        "groups in the token is a list of objects, and only strings count: to read each slug, set groupsClaim to groups[].slug",
    });
    await doorward.close();
    await issuer.close();
  });
});
