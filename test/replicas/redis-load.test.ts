import { setTimeout as wait } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { startSentinels, until, type SentinelTrio } from "../peers/redis-sentinel.ts";
import { startLoad, type Load, type ForwardedResult } from "./load.ts";
import { startReplicas, type Replicas } from "./replicas.ts";

const count = 2;
const people = 10;
/** Long enough for every time-out to pass, and for the announcements to be missed. */
const outageMs = 1_500;

let replicas: Replicas;
let trio: SentinelTrio | undefined;

afterEach(async () => {
  await replicas.close();
  await trio?.close();
  trio = undefined;
});

/** People who are signed in and known to every replica, and the cookie of somebody who has signed out. */
async function signPeopleIn(): Promise<{ cookies: string[]; ended: string }> {
  const cookies: string[] = [];
  while (cookies.length < people) cookies.push(await replicas.signedIn(cookies.length));
  const ended = await replicas.signedIn();
  for (let one = 0; one < count; one++)
    for (const cookie of [...cookies, ended]) await replicas.verify(one, cookie);
  await replicas.signOut(0, ended);
  return { cookies, ended };
}

/** How many of them each replica lets pass. */
async function passing(cookies: readonly string[]): Promise<number[]> {
  const each = Array.from({ length: count }, async (_, one) => {
    const answers = await Promise.all(cookies.map((cookie) => replicas.verify(one, cookie)));
    return answers.filter(({ status }) => status === 200).length;
  });
  return Promise.all(each);
}

/** In milliseconds, beyond what the same questions took while all was well. */
async function recoveryOf(cookies: readonly string[], expected: number, usual: number) {
  const back = performance.now();
  await until(async () => (await passing(cookies)).every((found) => found === expected));
  return performance.now() - back - usual;
}

/** How long it takes under the load to ask about everybody once, and that everybody passes. */
async function usualOf(cookies: readonly string[], load: Load): Promise<number> {
  await until(async () => load.told.length >= 50);
  const begun = performance.now();
  await until(async () => (await passing(cookies)).every((found) => found === people));
  return performance.now() - begun;
}

/** What must never be told, whatever Redis does; and that somebody is out whose session it holds. */
function faults(told: readonly ForwardedResult[], usual: number, isKept = true): unknown[] {
  const wrong: Record<ForwardedResult["kind"], (one: ForwardedResult) => boolean> = {
    "signed in": ({ status }) => ![200, 503, ...(isKept ? [] : [302])].includes(status),
    nginx: ({ status }) => ![200, 500, ...(isKept ? [] : [401])].includes(status),
    nobody: ({ status }) => ![302, 503].includes(status),
    "/start": ({ status }) => ![302, 503].includes(status),
    "/callback": ({ status }) => ![302, 503].includes(status),
  };
  return told.filter(
    (one) =>
      wrong[one.kind](one) ||
      (one.status >= 500 && (one.took > 1_000 + usual || one.setCookies.length > 0)) ||
      one.setCookies.some((line) => line.startsWith("doorward=;")),
  );
}

const outages: [
  string,
  (redis: Replicas["redis"]) => Promise<unknown>,
  (redis: Replicas["redis"]) => Promise<unknown>,
][] = [
  ["killed", (redis) => redis.kill(), (redis) => redis.restart()],
  ["silent (SIGSTOP)", async (redis) => redis.pause(), async (redis) => redis.resume()],
];

describe("under a load of visitors of every kind, a Redis that is", { timeout: 120_000 }, () => {
  it.each(outages)(
    "%s lets nobody in or out, and all are back within a second",
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
        load.told.some((one) => one.kind === "/callback" && one.begun > recovered),
      );
      await load.stop();

      expect(faults(load.told, usual)).toEqual([]);
      expect(recovery).toBeLessThan(1_000);
      const during = load.told.filter(
        (one) => one.begun > begun + 1_000 && one.begun + one.took < end,
      );
      expect(new Set(during.map(({ kind, status }) => `${kind} ${status}`))).toEqual(
        new Set([
          "signed in 503",
          "nginx 500",
          "nobody 302",
          "nobody 503",
          "/start 503",
          "/callback 503",
        ]),
      );
      const later = load.told.filter((one) => one.begun > recovered);
      expect(later.filter(({ status }) => status >= 500)).toEqual([]);
      expect(later.some((one) => one.kind === "/callback" && one.status === 302)).toBe(true);
    },
  );

  it("emptied has no session any more, and nobody passes who has none", async () => {
    replicas = await startReplicas(count);
    const { cookies, ended } = await signPeopleIn();
    const load = startLoad(replicas, cookies, ended);
    const usual = await usualOf(cookies, load);

    await replicas.redis.cli("flushall");
    const recovery = await recoveryOf(cookies, 0, usual);
    const again = await replicas.signedIn();
    const found = await passing([again]);
    await load.stop();

    expect(faults(load.told, usual, false)).toEqual([]);
    expect(recovery).toBeLessThan(1_000);
    expect(found).toEqual([1, 1]);
    expect(load.told.filter(({ status }) => status >= 500)).toEqual([]);
  });

  it("failed over by its Sentinels lets nobody in or out, and all are back within a second", async () => {
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

    expect(faults(load.told, usual)).toEqual([]);
    expect(recovery).toBeLessThan(1_000);
    expect(load.told.some(({ kind, status }) => kind === "signed in" && status === 503)).toBe(true);
  });
});
