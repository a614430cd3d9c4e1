import type { JWTVerifyGetKey } from "jose";
import { Configuration } from "openid-client";
import { beforeEach, describe, expect, it } from "vitest";
import { createIssuerFetch } from "../../server/sign-in/issuer-fetch.ts";
import { createIssuerKeys } from "../../server/sign-in/issuer-keys.ts";
import { issuerKey, jwkOf } from "../peers/jwt.ts";

const issuer = "https://id.example.com";
const cooldownMs = 30_000;
const firstPauseMs = 1_000;
const lifetimeMs = 10 * 60_000;

let clock: number;
let fetches: number;
let isDown: boolean;
/** The key ids that the issuer publishes. */
let published: string[];
let keys: JWTVerifyGetKey;

beforeEach(() => {
  [clock, fetches, isDown, published] = [Date.now(), 0, false, ["one"]];
  const configuration = new Configuration({ issuer, jwks_uri: `${issuer}/keys` }, "door");
  const fetch = createIssuerFetch(async () => {
    fetches++;
    if (isDown) throw new TypeError("fetch failed", { cause: new Error("ECONNREFUSED") });
    return Response.json({ keys: published.map((kid) => jwkOf(issuerKey.publicKey, kid)) });
  });
  const source = { issuer, discover: async () => configuration };
  keys = createIssuerKeys(source, { fetch, now: () => clock });
});

/** "found", or the code of the error. */
async function look(kid: string): Promise<unknown> {
  try {
    await keys({ alg: "RS256", kid }, { payload: "", signature: "" });
    return "found";
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
}

const noMatch = "ERR_JWKS_NO_MATCHING_KEY";

async function lookForUnknown(count: number): Promise<Set<unknown>> {
  const kids = Array.from({ length: count }, (_, index) => `made-up-${index}`);
  const together = await Promise.all(kids.map(look));
  const inTurn: unknown[] = [];
  for (const kid of kids) inTurn.push(await look(kid));
  return new Set([...together, ...inTurn]);
}

describe("unknown key ids", () => {
  it("cause no fetch within 30 seconds of the last one", async () => {
    await look("one");
    clock += cooldownMs - 1;

    const outcomes = await lookForUnknown(20);

    expect(outcomes).toEqual(new Set([noMatch]));
    expect(fetches).toBe(1);
  });

  it("cause one fetch each 30 seconds", async () => {
    await look("one");

    for (let round = 1; round <= 3; round++) {
      clock += cooldownMs - 1;
      await lookForUnknown(20);
      expect(fetches, `before the end of pause ${round}`).toBe(round);
      clock += 1;
      expect(await lookForUnknown(20)).toEqual(new Set([noMatch]));
      expect(fetches, `after pause ${round}`).toBe(round + 1);
    }
  });

  it("are found once the pause is over if the issuer has published them", async () => {
    await look("one");
    published = ["one", "two"];
    clock += cooldownMs - 1;
    const during = await look("two");

    clock += 1;

    expect([during, await look("two"), await look("one")]).toEqual([noMatch, "found", "found"]);
    expect(fetches).toBe(2);
  });

  it("cause one fetch each 30 seconds while the issuer is down, and known keys stay", async () => {
    await look("one");
    isDown = true;
    clock += cooldownMs;

    const outcomes = await lookForUnknown(20);
    clock += cooldownMs - 1;
    await lookForUnknown(20);

    expect(outcomes).toEqual(new Set(["issuer_unreachable"]));
    expect(fetches).toBe(2);
    expect(await look("one")).toBe("found");
    clock += 1;
    await lookForUnknown(1);
    expect(fetches).toBe(3);
  });
});

describe("keys older than ten minutes", () => {
  it("are fetched once each 30 seconds while the issuer is down, and still count", async () => {
    await look("one");
    isDown = true;
    clock += lifetimeMs;

    const first = [await look("one"), await look("one")];
    clock += cooldownMs - 1;
    const second = await look("one");
    const before = fetches;
    clock += 1;
    await look("one");

    expect([...first, second]).toEqual(["found", "found", "found"]);
    expect([before, fetches]).toEqual([2, 3]);
  });
});

describe("keys that were never loaded", () => {
  it("are fetched once a second", async () => {
    isDown = true;

    for (let round = 1; round <= 3; round++) {
      expect(await Promise.all(["one", "two", "one"].map(look))).toEqual(
        Array(3).fill("issuer_unreachable"),
      );
      clock += firstPauseMs - 1;
      expect(await look("one")).toBe("issuer_unreachable");
      expect(fetches, `before the end of pause ${round}`).toBe(round);
      clock += 1;
    }
    isDown = false;

    expect(await look("one")).toBe("found");
    expect(fetches).toBe(4);
  });
});
