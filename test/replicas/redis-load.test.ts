import { afterEach, describe, expect, it } from "vitest";
import { removesSession } from "../peers/cookie-name.ts";
import { startSentinels, type SentinelTrio } from "../peers/redis-sentinel.ts";
import { until } from "../peers/until.ts";
import { leastOf, median } from "../peers/times.ts";
import { startLoad, type Load, type LoadResult } from "./load.ts";
import { startReplicas, type Replicas } from "./replicas.ts";

const count = 2;
const people = 10;

let replicas: Replicas;
let trio: SentinelTrio | undefined;

afterEach(async () => {
  await replicas.close();
  await trio?.close();
  trio = undefined;
});

/** Cookies of sessions that every replica has cached. */
async function signPeopleIn(): Promise<string[]> {
  const cookies: string[] = [];
  while (cookies.length < people) cookies.push(await replicas.signedIn(cookies.length));
  for (let one = 0; one < count; one++)
    for (const cookie of cookies) await replicas.verify(one, cookie);
  return cookies;
}

async function signedOut(): Promise<string> {
  const cookie = await replicas.signedIn();
  for (let one = 0; one < count; one++) await replicas.verify(one, cookie);
  await replicas.signOut(0, cookie);
  await replicas.passing(cookie);
  return cookie;
}

/** The number of cookies that each replica accepts. */
async function passing(cookies: readonly string[]): Promise<number[]> {
  const each = Array.from({ length: count }, async (_, one) => {
    const answers = await Promise.all(cookies.map((cookie) => replicas.verify(one, cookie)));
    return answers.filter(({ status }) => status === 200).length;
  });
  return Promise.all(each);
}

/** The recovery time in milliseconds, less the `usual` time of the same requests. */
async function recoveryOf(cookies: readonly string[], expected: number, usual: number) {
  const back = performance.now();
  await until(async () => (await passing(cookies)).every((found) => found === expected));
  return performance.now() - back - usual;
}

/** How long it takes under the load to verify every cookie once. All must pass. */
async function usualOf(cookies: readonly string[], load: Load): Promise<number> {
  await until(async () => load.results.length >= 50);
  const begun = performance.now();
  await until(async () => (await passing(cookies)).every((found) => found === people));
  return performance.now() - begun;
}

/** Waits until requests that begin from now on have had each of these results, and returns all their results. */
async function resultsFromNow(load: Load, awaited: readonly string[]): Promise<LoadResult[]> {
  const now = performance.now();
  const results = () => load.results.filter(({ begun }) => begun > now);
  await until(async () => new Set(awaited).isSubsetOf(kindsOf(results())));
  return results();
}

function kindsOf(results: readonly LoadResult[]): Set<string> {
  return new Set(results.map(({ kind, status }) => `${kind} ${status}`));
}

/** A request without a session cookie needs no Redis. */
const failing = [
  "signed in 503",
  "nginx 500",
  "no session 302",
  "no session 503",
  "/start 503",
  "/callback 503",
];
const working = ["signed in 200", "nginx 200", "no session 302", "/start 302", "/callback 302"];

/** Responses that must never occur during a Redis fault. With `isKept`, no live session may be rejected. */
function faults(results: readonly LoadResult[], isKept = true): unknown[] {
  const wrong: Record<LoadResult["kind"], (one: LoadResult) => boolean> = {
    "signed in": ({ status }) => ![200, 503, ...(isKept ? [] : [302])].includes(status),
    nginx: ({ status }) => ![200, 500, ...(isKept ? [] : [401])].includes(status),
    "no session": ({ status }) => ![302, 503].includes(status),
    "/start": ({ status }) => ![302, 503].includes(status),
    "/callback": ({ status }) => ![302, 503].includes(status),
  };
  return results.filter(
    (one) =>
      wrong[one.kind](one) ||
      (one.status >= 500 && one.setCookies.length > 0) ||
      one.setCookies.some((line) => removesSession.test(line)),
  );
}

const outages: [
  string,
  (redis: Replicas["redis"]) => Promise<unknown>,
  (redis: Replicas["redis"]) => Promise<unknown>,
][] = [
  ["killed", (redis) => redis.kill(), (redis) => redis.restart()],
  ["paused (SIGSTOP)", async (redis) => redis.pause(), async (redis) => redis.resume()],
];

describe("under a load of every kind of request, a Redis that is", { timeout: 120_000 }, () => {
  it.each(outages)(
    "%s opens and ends no session, and all work again within a second",
    async (_, stop, start) => {
      replicas = await startReplicas(count);
      const cookies = await signPeopleIn();
      const load = startLoad(replicas, cookies, await signedOut());
      const usual = await usualOf(cookies, load);
      const during: LoadResult[] = [];

      const recovery = await leastOf(1_000, async () => {
        await stop(replicas.redis);
        // Once a replica rejects a cached session, it knows that it misses announcements.
        await until(async () => (await passing(cookies)).every((found) => found === 0));
        during.push(...(await resultsFromNow(load, failing)));
        await start(replicas.redis);
        return recoveryOf(cookies, people, usual);
      });
      await resultsFromNow(load, working);
      await load.stop();

      expect(faults(load.results)).toEqual([]);
      expect(recovery).toBeLessThan(1_000);
      expect(kindsOf(during)).toEqual(new Set(failing));
      const failures = during.filter(({ status }) => status >= 500);
      expect(median(failures.map(({ took }) => took))).toBeLessThan(1_000);
    },
  );

  it("emptied loses all sessions, and no request without a session passes", async () => {
    replicas = await startReplicas(count);
    const first = await signPeopleIn();
    const load = startLoad(replicas, first, await signedOut());
    const usual = await usualOf(first, load);

    const recovery = await leastOf(1_000, async () => {
      const cookies = await signPeopleIn();
      await replicas.redis.cli("flushall");
      return recoveryOf(cookies, 0, usual);
    });
    const again = await replicas.signedIn();
    await until(async () => (await passing([again])).every((found) => found === 1));
    await resultsFromNow(load, ["signed in 302", "nginx 401", ...working.slice(2)]);
    await load.stop();

    expect(faults(load.results, false)).toEqual([]);
    expect(recovery).toBeLessThan(1_000);
  });

  it("failed over by its Sentinels opens and ends no session, and all work again", async () => {
    trio = await startSentinels();
    const { sentinels, master, replica } = trio;
    replicas = await startReplicas(count, {
      storage: { driver: "redis", sentinels, name: "main" },
    });
    const cookies = await signPeopleIn();
    const load = startLoad(replicas, cookies, await signedOut());
    await until(async () => (await replica.cli("dbsize")) === (await master.cli("dbsize")));

    master.pause();
    await resultsFromNow(load, ["signed in 503"]);
    await trio.failOver();
    const recovery = await recoveryOf(cookies, people, 0);
    await resultsFromNow(load, working);
    await load.stop();
    master.resume();

    expect(faults(load.results)).toEqual([]);
    // A client that waits for the old master needs ten seconds for it.
    expect(recovery).toBeLessThan(5_000);
  });
});
