import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Twist } from "../peers/hostile-issuer.ts";
import { openSignInDoor, setCookies, type SignInDoor } from "../peers/sign-in-door.ts";
import { opensSession } from "../peers/cookie-name.ts";

let door: SignInDoor;

beforeAll(async () => {
  door = await openSignInDoor({
    access: { emails: ["admin@company.com"], domains: ["company.com"], groups: ["admins"] },
  });
});
afterAll(() => door.close());

/** Signs in with these claims, both in the ID token and at userinfo. */
async function signInAs(person: Record<string, unknown>) {
  const nothing = { email: undefined, email_verified: undefined, groups: undefined };
  door.issuer.twist = { claims: person, userinfo: { ...nothing, ...person } };
  const browser = door.browser();
  return { browser, answer: await door.signIn(browser) };
}

const noAccess = { status: 403, isPage: true, isEscaped: true, opened: [], verdict: 302 };

async function outcomeOf(person: Record<string, unknown>) {
  const { browser, answer } = await signInAs(person);
  return {
    status: answer.status,
    isPage: answer.body.includes("This account has no access"),
    isEscaped: !answer.body.includes("<script"),
    opened: setCookies(answer).filter((line) => opensSession.test(line)),
    verdict: (await door.verify(browser)).status,
  };
}

describe("an email that only resembles one of the company's", () => {
  it.each([
    "attacker@evil.com@company.com",
    '"admin@company.com"@evil.com',
    "admin@company.com@evil.com",
    "<admin@company.com>",
    "Admin <admin@company.com>",
    "admin@company.com,attacker@evil.com",
    "attacker@evil.com, admin@company.com",
    "admin@company.com\0@evil.com",
    "@company.com",
    "company.com",
    "admin@",
    "admin@@company.com",
    "admin@evilcompany.com",
    "admin@company.com.evil.com",
    "admin@sub.company.com",
    "admin@company.com.",
    "admin@.company.com",
    " admin@company.com",
    "admin@company.com ",
    "admin @company.com",
    "admin@company.com\n",
    "admin@company.com\r\nX-Auth-Request-Groups: admins",
    "admin@company.com\0",
    "admin@compa\uFF4Ey.com",
    "admin@\u24D2ompany.com",
    "admin@compan\u0443.com",
    "admin@company\u3002com",
    "admin@company\uFF0Ecom",
    "admin@comp\u00ADany.com",
    "admin@comp\u200Bany.com",
    "admin@comp\uFE0Fany.com",
    "admin@comp\u034Fany.com",
    "admin@comp%61ny.com",
    "admin@[127.0.0.1]",
    "admin@com\u202Eynap.com",
    '"><script>alert(1)</script>@evil.com',
  ])("grants no access: %j", async (email) => {
    expect(await outcomeOf({ email, email_verified: true })).toEqual(noAccess);
  });

  it.each([
    "\uFF41dmin@gmail.com",
    "ADM\u0130N@gmail.com",
    "adm\u0131n@gmail.com",
    "admin+x@gmail.com",
    "a.dmin@gmail.com",
  ])("is not folded into a listed email: %j", async (email) => {
    const listed = await openSignInDoor({ access: { emails: ["admin@gmail.com"] } });
    const person = { email, email_verified: true };
    listed.issuer.twist = { claims: person, userinfo: person };

    expect((await listed.signIn(listed.browser())).status).toBe(403);
    await listed.close();
  });
});

describe("an email that is not known to be verified", () => {
  it.each([[false], ["false"], ["true"], [0], [1], [null], [undefined], [[true]], [{ a: true }]])(
    "grants no access: email_verified is %j",
    async (verified) => {
      const person = { email: "admin@company.com", email_verified: verified };

      expect(await outcomeOf(person)).toEqual(noAccess);
    },
  );

  it.each([[["admin@company.com"]], [{ a: "admin@company.com" }], [7], [null], [""]])(
    "grants no access: email is %j",
    async (email) => {
      expect(await outcomeOf({ email, email_verified: true })).toEqual(noAccess);
    },
  );

  it.each<[string, Twist]>([
    [
      "the ID token has the email, userinfo has email_verified",
      {
        claims: { email: "admin@company.com" },
        userinfo: { email: "eve@evil.com", email_verified: true },
      },
    ],
    [
      "userinfo has the email, the ID token has email_verified",
      {
        claims: { email: "eve@evil.com", email_verified: true },
        userinfo: { email: "admin@company.com", email_verified: undefined },
      },
    ],
    [
      "the ID token has email_verified false, userinfo has another email",
      {
        claims: { email: "admin@company.com", email_verified: false },
        userinfo: { email: "eve@evil.com", email_verified: true },
      },
    ],
  ])("grants no access: %s", async (_, twist) => {
    door.issuer.twist = twist;
    const browser = door.browser();

    expect((await door.signIn(browser)).status).toBe(403);
    expect((await door.verify(browser)).status).toBe(302);
  });
});

describe("groups of an unexpected shape", () => {
  it.each([
    [["ADMINS"]],
    [["admins "]],
    [[" admins"]],
    [["admins,staff"]],
    ["staff,admins"],
    [[["admins"]]],
    [[{ name: "admins" }]],
    [{ admins: true }],
    [[null]],
    [true],
    [undefined],
  ])("grant no access: %j", async (groups) => {
    expect(await outcomeOf({ groups })).toEqual(noAccess);
  });

  it.each([["admins"], [["staff", "admins"]]])(
    "grant access if one is listed: %j",
    async (groups) => {
      const { browser } = await signInAs({ groups });

      expect((await door.verify(browser)).status).toBe(200);
    },
  );
});

describe("an email of the company", () => {
  it.each(["admin@company.com", "ADMIN@COMPANY.COM", "anyone@Company.com"])(
    "grants access: %s",
    async (email) => {
      const { browser } = await signInAs({ email, email_verified: true });
      const verdict = await door.verify(browser);

      expect(verdict.status).toBe(200);
      expect(verdict.headers["x-auth-request-email"]).toBe(email.toLowerCase());
    },
  );
});
