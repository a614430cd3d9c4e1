import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSite } from "../../server/config/site.ts";
import { openStore } from "../../server/store/open-store.ts";
import type { Store } from "../../server/store/store.ts";
import { until } from "../peers/until.ts";
import { startRedis, type RedisServer } from "../peers/redis.ts";
import { newSession, openSessions } from "../peers/sessions.ts";
import { storeKey } from "../../server/session/sealed-records.ts";
import * as v from "valibot";

const site = createSite({ url: "https://auth.example.com", cookie: {} });
const who = "other";

let redis: RedisServer;
let store: Store;
let other: Store;
/** Holds back the results of the other replica's reads. */
let gate: Promise<void>;
let reads: number;

beforeEach(async () => {
  redis = await startRedis();
  await redis.cli("acl", "setuser", who, "on", ">pass", "~*", "&*", "+@all");
  store = await openStore({ driver: "redis", url: redis.url });
  other = await openStore({ driver: "redis", url: redis.url, username: who, password: "pass" });
  [gate, reads] = [Promise.resolve(), 0];
});
afterEach(async () => {
  await Promise.all([store.close(), other.close()]);
  await redis.close();
});

/** The other replica's store with slow reads. */
function slow(): Store {
  return {
    ...other,
    get hearsAnnouncements() {
      return other.hearsAnnouncements;
    },
    async get(key) {
      const value = await other.get(key);
      reads++;
      await gate;
      return value;
    },
  };
}

/** Revokes the other replica's access to the channels only. */
async function cutAnnouncements(): Promise<void> {
  await redis.cli("acl", "setuser", who, "resetchannels");
  await until(async () => !other.hearsAnnouncements);
}

describe("a replica that reads a session while it is signed out elsewhere", () => {
  it("does not cache it, although it received no announcement of the end", async () => {
    const [here, there] = [openSessions({ store }), openSessions({ store: slow() })];
    const token = await here.start(newSession(site));
    const { promise, resolve } = Promise.withResolvers<void>();
    await cutAnnouncements();
    gate = promise;
    const begunBefore = there.find(site, token);
    await until(async () => reads === 1);

    await here.end(site, token);
    await redis.cli("acl", "setuser", who, "allchannels");
    await until(async () => other.hearsAnnouncements);
    resolve();
    await begunBefore;

    expect(await there.find(site, token)).toBeUndefined();
  });

  it("does not share a read from before the sign-out with a request after it", async () => {
    const [here, there] = [openSessions({ store }), openSessions({ store: slow() })];
    const token = await here.start(newSession(site));
    const { promise, resolve } = Promise.withResolvers<void>();
    await cutAnnouncements();
    gate = promise;
    const begunBefore = there.find(site, token);
    await until(async () => reads === 1);

    await here.end(site, token);
    const begunAfter = there.find(site, token);
    resolve();
    await begunBefore;

    expect(await begunAfter).toBeUndefined();
  });
});

describe("a replica that ends a session", () => {
  it("ends it on all replicas even if it lacks the secret to open it", async () => {
    const here = openSessions({ store });
    const there = openSessions({
      store: other,
      secrets: ["M3vK8sQxT1yWcR6nLf0aJ9hGd5uZp2eBi7oXkVtYrUw"],
    });
    const token = await here.start(newSession(site));

    await there.end(site, token);

    await expect.poll(() => here.find(site, token)).toBeUndefined();
  });

  it("announces the end later if the store rejects the announcement", async () => {
    const [here, there] = [openSessions({ store }), openSessions({ store: other })];
    const token = await here.start(newSession(site));
    await redis.cli("acl", "setuser", who, "-publish");

    await there.end(site, token);
    await redis.cli("acl", "setuser", who, "+publish");
    await there.settle();

    await expect.poll(() => here.find(site, token)).toBeUndefined();
    expect(store.hearsAnnouncements).toBe(true);
  });

  it("does not announce the end of an invented token", async () => {
    const received: string[] = [];
    store.onAnnounced((mark) => received.push(mark));

    await openSessions({ store: other }).end(site, "A".repeat(43));
    await other.announce("later");

    await expect.poll(() => received).toContain("later");
    expect(received).toEqual(["later"]);
  });
});

/** Whether both replicas have read the id of the data, without which they cannot notice that it is gone. */
async function knowDataEpoch(): Promise<boolean> {
  const clients = (await redis.cli("client", "list")).split("\n");
  return ["default", who].every((user) =>
    clients.some((client) => client.includes(` user=${user} `) && client.includes(" cmd=get ")),
  );
}

describe("a Redis that is emptied", () => {
  it("ends all sessions, including those that replicas have cached", async () => {
    const [here, there] = [openSessions({ store }), openSessions({ store: other })];
    const token = await here.start(newSession(site));
    await until(knowDataEpoch);
    const before = [await here.find(site, token), await there.find(site, token)];

    await redis.cli("flushall");

    expect(before.map(Boolean)).toEqual([true, true]);
    for (const sessions of [here, there])
      await expect.poll(() => sessions.find(site, token)).toBeUndefined();
  });
});

describe("a Redis that fails over to a replica without the last writes", () => {
  const envelope = v.looseObject({ version: v.number() });

  /** Signs out, and puts the record back as a replica of Redis has it that never got the removal. */
  async function undoSignOut(ended: (token: string) => Promise<unknown>): Promise<string> {
    const token = await openSessions({ store }).start(newSession(site));
    const record = v.parse(envelope, await store.get(storeKey(token)));
    await ended(token);
    await store.set(storeKey(token), record, 600);
    return token;
  }

  it("brings no signed-out session back on any replica, and the record is removed again", async () => {
    const [here, there] = [openSessions({ store }), openSessions({ store: other })];
    const received: string[] = [];
    other.onAnnounced((mark) => received.push(mark));
    const token = await undoSignOut(async (signedIn) => {
      await there.find(site, signedIn);
      await here.end(site, signedIn);
      await expect.poll(() => received).toHaveLength(1);
    });

    const found = [await there.find(site, token), await here.find(site, token)];
    await Promise.all([here.settle(), there.settle()]);

    expect(found).toEqual([undefined, undefined]);
    expect((await store.get(storeKey(token))) ?? undefined).toBeUndefined();
  });

  it("does not bring one back on a replica whose subscription the failover cut", async () => {
    const there = openSessions({ store: other });
    const token = await undoSignOut((signedIn) => there.end(site, signedIn));

    await redis.cli("client", "kill", "type", "pubsub");
    await until(async () => !other.hearsAnnouncements);
    await until(async () => other.hearsAnnouncements);

    expect(await there.find(site, token)).toBeUndefined();
  });

  it("brings no session back that the issuer ended, and opens none for the same session at the issuer", async () => {
    const sessions = openSessions({ store });
    const ofIssuer = { ...newSession(site), sid: "s-lost" };
    const token = await sessions.start(ofIssuer);
    const keys = new Set(await redis.cli("keys", "*").then((names) => names.split("\n")));
    const { issuer } = ofIssuer.identity;
    await sessions.revocations.revoke({ kind: "sid", issuer, sid: "s-lost" });
    const written = (await redis.cli("keys", "*")).split("\n").filter((name) => !keys.has(name));
    for (const name of written) await redis.cli("del", name);

    expect(written).toHaveLength(1);
    expect(await sessions.find(site, token)).toBeUndefined();
    await expect(sessions.start(ofIssuer)).rejects.toMatchObject({ code: "grant_ended" });
    await sessions.settle();
  });
});
