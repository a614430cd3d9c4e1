import { afterAll, beforeAll, expect, it } from "vitest";
import { createSite } from "../../server/config/site.ts";
import { openStore } from "../../server/store/open-store.ts";
import { startRedis, type RedisServer } from "../peers/redis.ts";
import { newSession, openSessions } from "../peers/sessions.ts";

const site = createSite({ url: "https://auth.example.com", cookie: {} });
const rounds = 100;
const ada = { kind: "subject", issuer: "https://id.example.com", subject: "ada" } as const;

let redis: RedisServer;

beforeAll(async () => {
  redis = await startRedis({ lines: ["enable-debug-command yes"] });
});
afterAll(() => redis.close());

/** How often Redis received each command since the last reset of its statistics. */
async function commands(): Promise<Record<string, number>> {
  const stats = await redis.cli("info", "commandstats");
  const counted = stats.matchAll(/cmdstat_([a-z|]+):calls=(\d+)/g);
  const own = /^(get|publish|ping|info|config|client|subscribe|eval)/; // heartbeats and connections, which depend on time
  return Object.fromEntries(
    Array.from(counted, ([, name = "", calls]) => [name, Number(calls)] as const).filter(
      ([name]) => !own.test(name),
    ),
  );
}

/** Signs Ada in and ends her sessions repeatedly. Returns the commands sent, and a low percentile of the time it took. */
async function revokeOften() {
  // Opened here, because Redis does not respond while it populates itself.
  const store = await openStore({ driver: "redis", url: redis.url });
  const sessions = openSessions({ store });
  const took: number[] = [];
  await sessions.revocations.revoke(ada); // a session that begins after a marker is written a second time, with its id
  await redis.cli("config", "resetstat");
  for (let round = 0; round < rounds; round++) {
    const token = await sessions.start(newSession(site));
    const begun = performance.now();
    await sessions.revocations.revoke(ada);
    const found = await sessions.find(site, token);
    took.push(performance.now() - begun);
    expect(found).toBeUndefined();
    await sessions.settle();
  }
  const sent = await commands();
  await store.close();
  took.sort((one, other) => one - other);
  return { sent, bestMs: took[rounds / 10] ?? Infinity };
}

it("ending a subject's sessions costs the same among a million sessions as among ten, without a key search", async () => {
  await redis.cli("debug", "populate", "10", "doorward:session", "500");
  const amongTen = await revokeOften();
  await redis.cli("debug", "populate", "1000000", "doorward:session", "100");

  const amongMillion = await revokeOften();
  const size = Number(await redis.cli("dbsize"));

  expect(size).toBeGreaterThan(1_000_000);
  expect(amongMillion.sent).toEqual(amongTen.sent);
  // The session, its revocation marker, the session's removal, and its place in the set of the person; `keys` and `scan` are
  // not among them.
  const ofSet = ["pexpire", "zadd", "zrem", "zremrangebyscore"];
  expect(Object.keys(amongTen.sent).toSorted()).toEqual([...ofSet, "set", "unlink"].toSorted());
  expect(amongMillion.bestMs).toBeLessThan(amongTen.bestMs * 5 + 5);
});
