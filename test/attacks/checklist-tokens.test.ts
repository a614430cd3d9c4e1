import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { Browser } from "../peers/browser.ts";
import type { Twist } from "../peers/hostile-issuer.ts";
import {
  hs256,
  issuerKeyPem,
  jwkOf,
  rs256,
  strangerKey,
  unsigned,
  type Claims,
} from "../peers/jwt.ts";
import { openProviderDoor } from "../peers/provider-door.ts";
import type { Member } from "../peers/provider-stand-in.ts";
import { client, openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";
import { createKey, part } from "../peers/token-issuer.ts";
import { github } from "../providers/stand-ins/github.ts";
import type { Attack } from "./attack.ts";
import { openBearerDoor, type BearerDoor } from "./bearer-door.ts";

const minute = 60_000;
const now = () => Math.floor(Date.now() / 1000);
const rs = { alg: "RS256", kid: "one", typ: "JWT" };
let door: SignInDoor;
let bearer: BearerDoor;

beforeAll(async () => {
  [door, bearer] = await Promise.all([
    openSignInDoor({ access: { anyone: true } }),
    openBearerDoor(),
  ]);
});
afterEach(() => {
  door.issuer.twist = {};
});
afterAll(async () => {
  const all = [door, bearer, ...(await Promise.all(doors.values()))];
  await Promise.all(all.map((one) => one.close()));
});

/** The status of a sign-in at an issuer with this twist. */
const withTwist = (twist: () => Twist) => async () => {
  door.issuer.twist = twist();
  return (await door.signIn(door.browser())).status;
};
const claims = (changed: Claims) => withTwist(() => ({ claims: changed }));
const idToken = (make: (proper: Claims) => string | undefined) =>
  withTwist(() => ({ idToken: make }));
const present = (make: () => string) => async () => bearer.present(make());

/** Doors by their `access`, shared by the cases with the same one. */
const doors = new Map<string, Promise<SignInDoor>>();

/** The statuses of a sign-in and of the request after it, of an account where `access` requires something. */
async function policy(access: Record<string, unknown>, userinfo: Claims): Promise<number[]> {
  const key = JSON.stringify(access);
  const opened = doors.get(key) ?? openSignInDoor({ access });
  doors.set(key, opened);
  const one = await opened;
  one.issuer.twist = { claims: userinfo, userinfo };
  const browser = one.browser();
  return [(await one.signIn(browser)).status, (await one.verify(browser)).status];
}

const passes = [302, 200];
const denied = [403, 302];

async function subjectOf(browser: Browser): Promise<unknown> {
  return (await door.verify(browser)).headers["x-auth-request-user"];
}

const clauses: readonly (readonly [string, Claims])[] = [
  ["another issuer", { iss: "https://evil.example" }],
  ["no issuer", { iss: undefined }],
  ["another audience", { aud: "other" }],
  ["no audience", { aud: undefined }],
  ["an unknown audience beside ours", { aud: ["door", "unknown"], azp: "door" }],
  ["another azp", { azp: "other" }],
  ["an exp in the past", { exp: 1 }],
  ["no exp", { exp: undefined }],
  ["no iat", { iat: undefined }],
  ["an iat of tomorrow", { iat: now() + 86_400, exp: now() + 90_000 }],
  ["another nonce", { nonce: "other" }],
  ["no subject", { sub: undefined }],
  ["a subject that is a list", { sub: ["ada"] }],
];

const idTokens: readonly Attack[] = [
  ["C-23", "a correct ID token is accepted", claims({}), 302],
  ...clauses.map(([what, changed]): Attack => [
    "C-23",
    `an ID token with ${what}`,
    claims(changed),
    400,
  ]),
  [
    "C-23",
    "an ID token signed with another key",
    idToken((proper) => rs256(rs, proper, strangerKey.privateKey)),
    400,
  ],
  [
    "C-23",
    "an ID token whose payload was changed",
    idToken((proper) => {
      const [head, , signature] = rs256(rs, proper).split(".");
      return [head, part({ ...proper, sub: "eve" }), signature].join(".");
    }),
    400,
  ],
  ["C-24", "alg none", idToken((proper) => unsigned("none", proper)), 400],
  [
    "C-24",
    "HS256 with the client's secret",
    idToken((proper) => hs256(proper, client.clientSecret)),
    400,
  ],
  [
    "C-24",
    "HS256 with the issuer's public key",
    idToken((proper) => hs256(proper, issuerKeyPem, "one")),
    400,
  ],
  ["C-24", "an alg of another key type", withTwist(() => ({ header: { alg: "ES256" } })), 400],
  [
    "C-24",
    "a key in the token itself",
    idToken((proper) =>
      rs256({ ...rs, jwk: jwkOf(strangerKey.publicKey, "one") }, proper, strangerKey.privateKey),
    ),
    400,
  ],
  [
    "C-24",
    "a URL of the key in the token",
    async () => {
      const jku = `${door.issuer.issuer}/foreign-keys`;
      const status = await idToken((proper) =>
        rs256({ ...rs, jku, x5u: jku }, proper, strangerKey.privateKey),
      )();
      return [status, door.issuer.received.some(({ path }) => path.includes("foreign"))];
    },
    [400, false],
  ],
  ["C-24", "an unknown crit", withTwist(() => ({ header: { crit: ["x"], x: 1 } })), 400],
  [
    "C-25",
    "an ID token as a bearer",
    present(() => bearer.token({ aud: "door", nonce: "n" }, { typ: "JWT" })),
    401,
  ],
  [
    "C-25",
    "a logout token as a bearer",
    present(() => bearer.token({ events: {} }, { typ: "logout+jwt" })),
    401,
  ],
  [
    "C-25",
    "an ID token as a logout token",
    async () => {
      const proper = {
        iss: door.issuer.issuer,
        aud: "door",
        sub: "ada",
        iat: now(),
        exp: now() + 99,
        jti: "a",
        nonce: "n",
      };
      const events = { "http://schemas.openid.net/event/backchannel-logout": {} };
      const all = [proper, { ...proper, events }].map(async (wrong) => {
        const answer = await door.browser().ask(`${door.site}/sign_out`, {
          method: "POST",
          headers: { "Content-Type": "application/x-www-form-urlencoded" },
          body: `logout_token=${rs256(rs, wrong)}`,
        });
        return answer.status;
      });
      return Promise.all(all);
    },
    [400, 400],
  ],
  [
    "C-26",
    "a new key is used within one request, and an unknown one causes one fetch",
    async () => {
      const [next, unknown] = [createKey(), createKey()];
      await bearer.present(bearer.token());
      bearer.clock.now += minute;
      bearer.issuer.keys = [...bearer.issuer.keys, next];
      const rotated = await bearer.present(bearer.token({}, {}, next));
      bearer.clock.now += minute;
      const before = bearer.issuer.asked.keys;
      const statuses = await Promise.all(
        [0, 1, 2].map(() => bearer.present(bearer.token({}, {}, unknown))),
      );
      return [rotated, new Set(statuses), bearer.issuer.asked.keys - before];
    },
    [200, new Set([401]), 1],
  ],
  [
    "C-26",
    "known keys stay in use while the issuer is down",
    async () => {
      await bearer.present(bearer.token());
      bearer.issuer.isDown = true;
      bearer.clock.now += 20 * minute;
      const status = await bearer.present(bearer.token());
      bearer.issuer.isDown = false;
      bearer.clock.now += minute;
      return status;
    },
    200,
  ],
  ...(
    [
      [-29, 200],
      [-31, 401],
    ] as const
  ).map(([offset, status]): Attack => [
    "C-27",
    `a token that expired ${-offset} s ago is ${status}`,
    present(() =>
      bearer.token({
        exp: Math.floor(bearer.clock.now / 1000) + offset,
        iat: Math.floor(bearer.clock.now / 1000) - 99,
      }),
    ),
    status,
  ]),
  [
    "C-28",
    "an at_hash of another access token",
    claims({ at_hash: "AAAAAAAAAAAAAAAAAAAAAA" }),
    400,
  ],
  [
    "C-28",
    "the at_hash of this access token",
    withTwist(() => {
      const digest = createHash("sha256").update("of-this-test").digest();
      return {
        token: { access_token: "of-this-test" },
        claims: { at_hash: digest.subarray(0, 16).toString("base64url") },
      };
    }),
    302,
  ],
  [
    "C-29",
    "an auth_time that is older than max_age, or missing",
    async () => {
      const strict = await openSignInDoor({}, { authorization: { max_age: "60" } });
      const status = async (auth_time: unknown) => {
        strict.issuer.twist = { claims: { auth_time } };
        return (await strict.signIn(strict.browser())).status;
      };
      const statuses = [await status(now()), await status(now() - 86_400), await status(undefined)];
      await strict.close();
      return statuses;
    },
    [302, 400, 400],
  ],
  [
    "C-29",
    "an acr that a rule requires and the token lacks",
    async () => {
      const strict = await openSignInDoor({ rules: [{ path: "/**", acr: "mfa" }] });
      const browser = strict.browser();
      await strict.signIn(browser);
      const { status, headers } = await strict.verify(browser);
      await strict.close();
      return [status, String(headers.location).includes("acr_values=mfa")];
    },
    [302, true],
  ],
  [
    "C-30",
    "an encrypted ID token",
    idToken(() => `${part({ alg: "RSA-OAEP", enc: "A128GCM" })}.a.b.c.d`),
    400,
  ],
  [
    "C-31",
    "an access token with claims of its own changes no identity",
    async () => {
      const forged = rs256(
        { ...rs, typ: "at+jwt" },
        { iss: door.issuer.issuer, sub: "root", groups: ["admins"], exp: now() + 99 },
      );
      door.issuer.twist = { token: { access_token: forged } };
      const browser = door.browser();
      await door.signIn(browser);
      const { headers } = await door.verify(browser);
      return [headers["x-auth-request-user"], headers["x-auth-request-groups"]];
    },
    ["ada", "staff"],
  ],
  ["C-32", "another issuer", present(() => bearer.token({ iss: "https://evil.example" })), 401],
  ["C-32", "another audience", present(() => bearer.token({ aud: "api2" })), 401],
  ["C-32", "no exp", present(() => bearer.token({ exp: undefined })), 401],
  ["C-32", "another typ", present(() => bearer.token({}, { typ: "JWT" })), 401],
  [
    "C-32",
    "a token that is bound to a key",
    present(() => bearer.token({ cnf: { jkt: "x" } })),
    401,
  ],
  ...[{ sub: "eve" }, { sub: "Ada" }, { sub: undefined }].map((userinfo): Attack => [
    "C-33",
    `UserInfo of the subject ${userinfo.sub}`,
    withTwist(() => ({ userinfo })),
    400,
  ]),
];

const people: readonly Attack[] = [
  [
    "C-34",
    "subjects are compared byte for byte",
    async () => [
      await policy({ subjects: ["ada"] }, { sub: "ada" }),
      await policy({ subjects: ["ada"] }, { sub: "Ada" }),
      await policy({ subjects: ["ada"] }, { sub: "ada " }),
      await policy({ subjects: ["ada"] }, { sub: "ada\u200b" }),
    ],
    [passes, denied, denied, denied],
  ],
  [
    "C-34",
    "another address is the same person, and another subject with that address is another",
    async () => {
      const browsers = [door.browser(), door.browser()];
      door.issuer.twist = { userinfo: { email: "new@example.com" } };
      await door.signIn(browsers[0] as Browser);
      door.issuer.twist = {
        claims: { sub: "eve" },
        userinfo: { sub: "eve", email: "ada@example.com" },
      };
      await door.signIn(browsers[1] as Browser);
      return Promise.all(browsers.map(subjectOf));
    },
    ["ada", "eve"],
  ],
  ...[true, false, undefined, "true", 1, null].map((verified): Attack => [
    "C-35",
    `an address with email_verified ${JSON.stringify(verified)}`,
    () => policy({ emails: ["ada@example.com"] }, { email_verified: verified }),
    verified === true ? passes : denied,
  ]),
  ...[
    "ada@evil.example@example.com",
    "ada@ⓔxample.com",
    "ada@exаmple.com",
    "ada@sub.example.com",
    "ada@example.com.",
    "ada@example.com\n",
    "@example.com",
    "ada@@example.com",
    "ada@ exаmple.com",
  ].map((email): Attack => [
    "C-36",
    `the address ${JSON.stringify(email)} is not of example.com`,
    () => policy({ domains: ["example.com"] }, { email }),
    denied,
  ]),
  [
    "C-36",
    "the domain of an address compares without case",
    () => policy({ domains: ["example.com"] }, { email: "Ada@EXAMPLE.com" }),
    passes,
  ],
  ...[
    undefined,
    [],
    null,
    "staff,admins",
    ["ADMINS"],
    [["admins"]],
    [{ name: "admins" }],
    { admins: true },
    ["admins "],
    [null],
  ].map((groups): Attack => [
    "C-37",
    `groups of the form ${JSON.stringify(groups)} are not the group admins`,
    () => policy({ groups: ["admins"] }, { groups }),
    denied,
  ]),
  [
    "C-37",
    "a list with the group is",
    () => policy({ groups: ["admins"] }, { groups: ["admins"] }),
    passes,
  ],
  [
    "C-38",
    "a request for a domain of accounts is checked in the token",
    async () => {
      const rules = [{ path: "/**", allow: { claims: { hd: ["example.com"] } } }];
      const one = await openSignInDoor(
        { rules, access: { anyone: true } },
        { authorization: { hd: "example.com" } },
      );
      const browser = one.browser();
      one.issuer.twist = { claims: { hd: "evil.example" } };
      await one.signIn(browser);
      const { status } = await one.verify(browser);
      await one.close();
      return status;
    },
    403,
  ],
  [
    "C-39",
    "GitHub: an address counts only if it is primary and verified",
    async () => {
      const member: Member = {
        id: "47",
        username: "ada",
        name: "Ada",
        email: "ada@example.com",
        isVerified: false,
        groups: ["acme"],
      };
      const access = { emails: ["ada@example.com"] };
      const open = (isVerified: boolean) =>
        openProviderDoor("github", github, { ...member, isVerified }, { access });
      const [unverified, verified] = [await open(false), await open(true)];
      const statuses = [
        (await unverified.signIn()).answer.status,
        (await verified.signIn()).answer.status,
      ];
      await Promise.all([unverified.close(), verified.close()]);
      return statuses;
    },
    [403, 302],
  ],
  [
    "C-39",
    "GitHub: an organisation that a member is not in",
    async () => {
      const member: Member = {
        id: "47",
        username: "ada",
        name: "Ada",
        email: undefined,
        isVerified: false,
        groups: ["umbrella"],
      };
      const one = await openProviderDoor("github", github, member, {
        access: { groups: ["acme"] },
      });
      const { status } = (await one.signIn()).answer;
      await one.close();
      return status;
    },
    403,
  ],
];

it.each([...idTokens, ...people])("%s %s", async (_row, _claim, attack, outcome) => {
  expect(await attack()).toEqual(outcome);
});
