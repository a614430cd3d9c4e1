import { beforeEach, describe, expect, it } from "vitest";
import { createSite } from "../../server/config/site.ts";
import { deriveKey, seal } from "../../server/cookies/seal.ts";
import { transactionMs, Transactions } from "../../server/sign-in/transaction.ts";
import { testSecret } from "../peers/doorward.ts";

const access = { anyone: true };
const site = createSite({ url: "https://app.example.com/_auth", cookie: {}, access });
const other = createSite({ url: "https://other.example.com", cookie: {}, access });
const replacement = "another secret of at least thirty-two bytes";
const plain = {
  provider: "company",
  returnTo: "https://app.example.com/a",
  stepUp: { maxAgeMs: undefined, acr: undefined },
  isForced: false,
};

let clock = { now: 0 };
const open = (...secrets: string[]) =>
  new Transactions(secrets.length === 0 ? [testSecret] : secrets, () => clock.now);

beforeEach(() => {
  clock = { now: 1_700_000_000_000 };
});

/** The cookies of a browser after these `Set-Cookie` values. */
function after(cookies: string, setCookies: readonly string[]): string {
  const jar = new Map(
    cookies
      .split("; ")
      .filter(Boolean)
      .map((pair) => pair.split("=", 2) as [string, string]),
  );
  for (const written of setCookies) {
    const [name = "", value = ""] = (written.split(";")[0] ?? "").split("=", 2);
    if (value === "") jar.delete(name);
    else jar.set(name, value);
  }
  return [...jar].map((pair) => pair.join("=")).join("; ");
}

function begin(cookies = "", changes: object = {}, transactions = open()) {
  const { transaction, setCookies } = transactions.begin(site, cookies, { ...plain, ...changes });
  return { transaction, setCookies, cookies: after(cookies, setCookies) };
}

describe("a transaction", () => {
  it("is random, and expires after ten minutes", () => {
    const [one, two] = [begin().transaction, begin().transaction];

    expect(one).toEqual({
      ...plain,
      state: expect.stringMatching(/^[\w-]{22}$/),
      nonce: expect.stringMatching(/^[\w-]{22}$/),
      codeVerifier: expect.stringMatching(/^[\w-]{43}$/),
      expiresAt: clock.now + 600_000,
    });
    for (const name of ["state", "nonce", "codeVerifier"] as const)
      expect(one[name]).not.toBe(two[name]);
  });

  it("is kept sealed in a cookie of its own", () => {
    const { transaction, setCookies } = begin();

    expect(setCookies).toHaveLength(1);
    expect(setCookies[0]).toMatch(
      new RegExp(
        `^__Host-doorward-[\\w]+-${transaction.state}=[\\w.-]+; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$`,
      ),
    );
    expect(setCookies[0]).not.toContain(transaction.nonce);
  });

  it.each([
    plain,
    { ...plain, isForced: true },
    { ...plain, stepUp: { maxAgeMs: 60_000, acr: undefined } },
    { ...plain, stepUp: { maxAgeMs: undefined, acr: ["gold", "silver"] } },
    { ...plain, isForced: true, stepUp: { maxAgeMs: 0, acr: ["gold"] } },
  ])("is found as it was begun (%#)", (begun) => {
    const { transaction, cookies } = begin("", begun);

    expect(transaction).toMatchObject(begun);
    expect(open().find(site, cookies, transaction.state)).toEqual(transaction);
    expect(open(replacement, testSecret).find(site, cookies, transaction.state)).toEqual(
      transaction,
    );
  });

  it("is found only by its own state, site, secret and browser", () => {
    const { transaction, cookies } = begin();
    const { state } = transaction;

    expect(open().find(site, cookies, begin().transaction.state)).toBeUndefined();
    expect(open().find(other, cookies, state)).toBeUndefined();
    expect(open(replacement).find(site, cookies, state)).toBeUndefined();
    expect(open().find(site, undefined, state)).toBeUndefined();
    expect(open().find(site, `${cookies}; ${cookies}`, state)).toBeUndefined();
  });

  it.each(["", "x", "a".repeat(21), "a".repeat(23), `${"a".repeat(21)}.`, `${"a".repeat(22)}\n`])(
    "has no state such as %j",
    (state) => {
      const cookies = `${site.ownCookiePrefix}${state}=x`;

      expect(open().find(site, cookies, state)).toBeUndefined();
    },
  );

  it.each([
    "[]",
    "{}",
    '["n","v","p","r","1"]',
    '["n","v","p","r",1,[1,null,null]]',
    '["n","v","p","r",1,[true,null,null],2]',
  ])("is none from a cookie with the contents %s", (contents) => {
    const state = "a".repeat(22);
    const key = deriveKey(testSecret, "", "transaction");
    const value = seal(key, `transaction:${site.url.href}:${state}`, contents);

    expect(open().find(site, `${site.ownCookiePrefix}${state}=${value}`, state)).toBeUndefined();
  });

  it("expires at the end of its time, and is found even then, for the visitor's target", () => {
    const { transaction, cookies } = begin();
    clock.now += transactionMs - 1;
    expect(open().isExpired(transaction)).toBe(false);
    clock.now++;

    expect(open().isExpired(transaction)).toBe(true);
    expect(open().find(site, cookies, transaction.state)).toEqual(transaction);
  });

  it("is removed from the browser by its name", () => {
    const { transaction, setCookies } = begin();
    const [name] = (setCookies[0] ?? "").split("=");

    expect(open().forget(site, transaction.state)).toBe(
      `${name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure`,
    );
  });

  it("is not sealed without a secret", () => {
    expect(() => new Transactions([], () => 0).begin(site, undefined, plain)).toThrow(
      "no secret is configured",
    );
  });
});

describe("many transactions in one browser", () => {
  const statesIn = (cookies: string) =>
    cookies.split("; ").map((pair) => pair.slice(site.ownCookiePrefix.length).split("=")[0]);

  function many(count: number, changes: object = {}) {
    let cookies = "a=b";
    const states = Array.from({ length: count }, () => {
      clock.now += 1_000;
      const begun = begin(cookies, changes);
      ({ cookies } = begun);
      return begun.transaction.state;
    });
    return { cookies, states };
  }

  it("are the eight newest", () => {
    const { cookies, states } = many(10);

    expect(statesIn(cookies).slice(1).toSorted()).toEqual(states.slice(2).toSorted());
  });

  it("are fewer with long targets, and together under 2,900 bytes", () => {
    const { cookies, states } = many(10, {
      returnTo: `https://app.example.com/${"a".repeat(400)}`,
    });
    const own = cookies.split("; ").slice(1);
    const bytes = own.reduce((sum, pair) => sum + pair.length - 1, 0);

    expect(statesIn(cookies).slice(1).toSorted()).toEqual(states.slice(-own.length).toSorted());
    expect(own.length).toBeLessThan(8);
    expect(bytes).toBeLessThanOrEqual(2_900);
    expect(bytes + (own[0]?.length ?? 0) - 1).toBeGreaterThan(2_900);
  });

  it("are the newest one alone, however long that is", () => {
    const { cookies, states } = many(2, {
      returnTo: `https://app.example.com/${"a".repeat(1_970)}`,
    });

    expect(statesIn(cookies)).toContain(states[1]);
  });

  it("are without those that expired or cannot be opened, and without other cookies", () => {
    const { cookies, states } = many(2);
    clock.now += transactionMs;
    const junk = `${site.ownCookiePrefix}${"j".repeat(22)}=junk; ${site.ownCookiePrefix}out=x; c=d`;
    const begun = begin(`${cookies}; ${junk}`);

    expect(
      begun.setCookies
        .slice(0, -1)
        .map((written) => written.split("=")[0])
        .toSorted(),
    ).toEqual(
      [...states, "j".repeat(22)].map((state) => `${site.ownCookiePrefix}${state}`).toSorted(),
    );
    expect(statesIn(begun.cookies)).toContain(begun.transaction.state);
    expect(begun.cookies).toContain(`${site.ownCookiePrefix}out=x; c=d`);
  });
});
