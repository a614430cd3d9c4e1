import { Configuration } from "openid-client";
import { beforeEach, describe, expect, it } from "vitest";
import { createIssuerFetch } from "../../server/sign-in/issuer-fetch.ts";
import { createIssuerKeys, type IssuerKeys } from "../../server/sign-in/issuer-keys.ts";
import { createKey, jws, type IssuerKey } from "../peers/token-issuer.ts";

const issuer = "https://id.example.com";
const pauseMs = 30_000;
const firstPauseMs = 1_000;
const lifetimeMs = 10 * 60_000;
const [one, two, three] = [createKey("ES256"), createKey("ES256"), createKey("ES256")];

let clock: number;
let fetches: number;
let isDown: boolean;
let published: object[];
let body: (() => Response) | undefined;
let keys: IssuerKeys;

beforeEach(() => {
  [clock, fetches, isDown, body, published] = [Date.now(), 0, false, undefined, [one.jwk]];
  const configuration = new Configuration({ issuer, jwks_uri: `${issuer}/keys` }, "door");
  const fetch = createIssuerFetch(async () => {
    fetches++;
    if (isDown) throw new TypeError("fetch failed", { cause: new Error("ECONNREFUSED") });
    return body?.() ?? Response.json({ keys: published });
  });
  const source = { issuer, discover: async () => configuration };
  keys = createIssuerKeys(source, { fetch, now: () => clock });
});

async function outcome(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
    return "found";
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
}

/** "found", or the code of the error, for a visitor's token with this key id. */
async function look(kid: string): Promise<unknown> {
  return outcome(
    Promise.resolve(keys.ofVisitors({ alg: "ES256", kid }, { payload: "", signature: "" })),
  );
}

/** The same for a token that the issuer sent. */
const issued = (key: IssuerKey, header: object = { kid: key.kid }) =>
  outcome(keys.verifyIssued(jws({ alg: "ES256", ...header }, { sub: "ada" }, key), {}));

const noMatch = "ERR_JWKS_NO_MATCHING_KEY";
const badSignature = "ERR_JWS_SIGNATURE_VERIFICATION_FAILED";

async function lookForUnknown(count: number): Promise<Set<unknown>> {
  const kids = Array.from({ length: count }, (_, index) => `made-up-${index}`);
  const together = await Promise.all(kids.map(look));
  const inTurn: unknown[] = [];
  for (const kid of kids) inTurn.push(await look(kid));
  return new Set([...together, ...inTurn]);
}

describe("a new key", () => {
  it.each([
    ["visitor", (key: IssuerKey) => look(key.kid)],
    ["issuer", issued],
  ])("in a token of the %s counts at once, each time", async (_, find) => {
    expect(await find(one)).toBe("found");
    published = [one.jwk, two.jwk];
    expect([await find(two), await find(one)]).toEqual(["found", "found"]);
    published = [three.jwk];
    expect(await find(three)).toBe("found");

    expect(fetches).toBe(3);
    expect(await find(two)).toBe(noMatch);
  });

  it("is fetched once for concurrent tokens", async () => {
    await look(one.kid);
    published = [two.jwk];

    const outcomes = await Promise.all([look(two.kid), issued(two), issued(two), look(two.kid)]);

    expect(new Set(outcomes)).toEqual(new Set(["found"]));
    expect(fetches).toBe(2);
  });

  it("in the issuer's own token is not delayed by visitors who make up key ids", async () => {
    await look(one.kid);
    await lookForUnknown(20);
    published = [two.jwk];

    expect([await look(two.kid), await issued(two), await look(two.kid)]).toEqual([
      noMatch,
      "found",
      "found",
    ]);
    expect(fetches).toBe(3);
  });

  it.each([
    ["no key id", {}],
    ["the key id of the earlier one", { kid: "same" }],
  ])("counts at once with %s", async (_, header) => {
    const named = ({ jwk }: IssuerKey) => ({ ...jwk, ...("kid" in header ? header : {}) });
    published = [named(one)];
    expect(await issued(one, header)).toBe("found");
    published = [named(two)];

    expect(await issued(two, header)).toBe("found");
    expect(fetches).toBe(2);
    expect(await issued(three, header)).toBe(badSignature);
  });

  it("without a key id is found among several", async () => {
    published = [one.jwk, two.jwk, three.jwk];

    expect([await issued(two, {}), await issued(createKey("ES256"), {})]).toEqual([
      "found",
      badSignature,
    ]);
  });
});

describe("tokens that the issuer sent with a key that it does not publish", () => {
  it("cause one fetch a second", async () => {
    await look(one.kid);

    for (let round = 1; round <= 3; round++) {
      const outcomes = [await issued(two), await issued(three), await issued(two)];
      expect(outcomes).toEqual([noMatch, noMatch, noMatch]);
      expect(fetches).toBe(round + 1);
      clock += 1_000;
    }
  });
});

describe("unknown key ids of visitors", () => {
  it("cause one fetch each 30 seconds", async () => {
    await look(one.kid);

    for (let round = 1; round <= 3; round++) {
      expect(await lookForUnknown(20)).toEqual(new Set([noMatch]));
      expect(fetches, `in pause ${round}`).toBe(round + 1);
      clock += pauseMs - 1;
      expect(await lookForUnknown(20)).toEqual(new Set([noMatch]));
      expect(fetches, `before the end of pause ${round}`).toBe(round + 1);
      clock += 1;
    }
  });

  it("are found once the pause is over if the issuer has published them", async () => {
    await look(one.kid);
    await look("made-up");
    published = [one.jwk, two.jwk];
    clock += pauseMs - 1;
    const during = await look(two.kid);

    clock += 1;

    expect([during, await look(two.kid), await look(one.kid)]).toEqual([noMatch, "found", "found"]);
    expect(fetches).toBe(3);
  });

  it("cause one fetch each 30 seconds while the issuer is down, and known keys stay", async () => {
    await look(one.kid);
    isDown = true;

    const outcomes = await lookForUnknown(20);
    clock += pauseMs - 1;
    await lookForUnknown(20);

    expect(outcomes).toEqual(new Set(["issuer_unreachable"]));
    expect(fetches).toBe(2);
    expect(await look(one.kid)).toBe("found");
    clock += 1;
    await lookForUnknown(1);
    expect(fetches).toBe(3);
  });
});

describe("keys older than ten minutes", () => {
  it("are fetched once each 30 seconds while the issuer is down, and still count", async () => {
    await look(one.kid);
    isDown = true;
    clock += lifetimeMs;

    const first = [await look(one.kid), await look(one.kid)];
    clock += pauseMs - 1;
    const second = await look(one.kid);
    const before = fetches;
    clock += 1;
    await look(one.kid);

    expect([...first, second]).toEqual(["found", "found", "found"]);
    expect([before, fetches]).toEqual([2, 3]);
  });

  it("no longer count if the issuer has removed them", async () => {
    await look(one.kid);
    published = [two.jwk];
    clock += lifetimeMs - 1;
    const before = await look(one.kid);
    clock += 1;

    expect([before, await look(one.kid)]).toEqual(["found", noMatch]);
  });
});

describe("keys that were never loaded", () => {
  it("are fetched once a second", async () => {
    isDown = true;

    for (let round = 1; round <= 3; round++) {
      expect(await Promise.all([one.kid, "two", one.kid].map(look))).toEqual(
        Array(3).fill("issuer_unreachable"),
      );
      clock += firstPauseMs - 1;
      expect(await look(one.kid)).toBe("issuer_unreachable");
      expect(fetches, `before the end of pause ${round}`).toBe(round);
      clock += 1;
    }
    isDown = false;

    expect(await look(one.kid)).toBe("found");
    expect(fetches).toBe(4);
  });

  it.each([
    () => new Response("", { status: 503 }),
    () => new Response("", { status: 302 }),
    () => new Response("<h1>Welcome</h1>"),
    () => Response.json({}),
    () => Response.json({ keys: [7] }),
    () => Response.json([]),
  ])("are the issuer's fault if it answers with something else (%#)", async (reply) => {
    body = reply;

    expect([await look(one.kid), await issued(one)]).toEqual(["issuer_broken", "issuer_broken"]);
  });
});
