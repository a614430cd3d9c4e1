import { setTimeout as wait } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { startSentinels, until, type SentinelTrio } from "../peers/redis-sentinel.ts";
import { startLoad, type Load, type LoadResult } from "./load.ts";
import { startReplicas, type Replicas } from "./replicas.ts";
import { removesSession } from "../peers/cookie-name.ts";

const count = 2;
const people = 10;
/** Longer than every timeout, and long enough to miss announcements. */
const outageMs = 1_500;

let replicas: Replicas;
let trio: SentinelTrio | undefined;

afterEach(async () => {
  await replicas.close();
  await trio?.close();
  trio = undefined;
});

/** Cookies of sessions that every replica has cached, and the cookie of an ended session. */
async function signPeopleIn(): Promise<{ cookies: string[]; ended: string }> {
  const cookies: string[] = [];
  while (cookies.length < people) cookies.push(await replicas.signedIn(cookies.length));
  const ended = await replicas.signedIn();
  for (let one = 0; one < count; one++)
    for (const cookie of [...cookies, ended]) await replicas.verify(one, cookie);
  await replicas.signOut(0, ended);
  return { cookies, ended };
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

/** Responses that must never occur during a Redis fault. With `isKept`, no live session may be rejected. */
function faults(results: readonly LoadResult[], usual: number, isKept = true): unknown[] {
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
      (one.status >= 500 && (one.took > 1_000 + usual || one.setCookies.length > 0)) ||
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
      const { cookies, ended } = await signPeopleIn();
      const load = startLoad(replicas, cookies, ended);
      const usual = await usualOf(cookies, load);

      const begun = performance.now();
      await stop(replicas.redis);
      await wait(outageMs);
      await start(replicas.redis);
      const end = performance.now();
      const recovery = await recoveryOf(cookies, people, usual);
      const recovered = performance.now();
      await until(async () =>
        load.results.some((one) => one.kind === "/callback" && one.begun > recovered),
      );
      await load.stop();

      expect(faults(load.results, usual)).toEqual([]);
      expect(recovery).toBeLessThan(1_000);
      const during = load.results.filter(
        (one) => one.begun > begun + 1_000 && one.begun + one.took < end,
      );
      expect(new Set(during.map(({ kind, status }) => `${kind} ${status}`))).toEqual(
        new Set([
          "signed in 503",
          "nginx 500",
          "no session 302",
          "no session 503",
          "/start 503",
          "/callback 503",
        ]),
      );
      const later = load.results.filter((one) => one.begun > recovered);
      expect(later.filter(({ status }) => status >= 500)).toEqual([]);
      expect(later.some((one) => one.kind === "/callback" && one.status === 302)).toBe(true);
    },
  );

  it("emptied loses all sessions, and no request without a session passes", async () => {
    replicas = await startReplicas(count);
    const { cookies, ended } = await signPeopleIn();
    const load = startLoad(replicas, cookies, ended);
    const usual = await usualOf(cookies, load);

    await replicas.redis.cli("flushall");
    const recovery = await recoveryOf(cookies, 0, usual);
    const again = await replicas.signedIn();
    const found = await passing([again]);
    await load.stop();

    expect(faults(load.results, usual, false)).toEqual([]);
    expect(recovery).toBeLessThan(1_000);
    expect(found).toEqual([1, 1]);
    expect(load.results.filter(({ status }) => status >= 500)).toEqual([]);
  });

  it("failed over by its Sentinels opens and ends no session, and all work again within a second", async () => {
    trio = await startSentinels();
    const { sentinels, master, replica } = trio;
    replicas = await startReplicas(count, {
      storage: { driver: "redis", sentinels, name: "main" },
    });
    const { cookies, ended } = await signPeopleIn();
    const load = startLoad(replicas, cookies, ended);
    const usual = await usualOf(cookies, load);
    await until(async () => (await replica.cli("dbsize")) === (await master.cli("dbsize")));

    master.pause();
    await trio.failedOver();
    const recovery = await recoveryOf(cookies, people, usual);
    await load.stop();
    master.resume();

    expect(faults(load.results, usual)).toEqual([]);
    expect(recovery).toBeLessThan(1_000);
    expect(load.results.some(({ kind, status }) => kind === "signed in" && status === 503)).toBe(
      true,
    );
  });
});
