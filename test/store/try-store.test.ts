import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { check } from "../../server/check/check.ts";
import { configOf } from "../peers/doorward.ts";
import { freePort } from "../peers/free-port.ts";
import { startCluster, type RedisCluster } from "../peers/redis-cluster.ts";
import { startSentinels, type SentinelTrio } from "../peers/redis-sentinel.ts";
import { startRedis, tlsOnly, type RedisServer } from "../peers/redis.ts";

const password = "p4ss-of-the-store";
const open = "~* &* +@all";

let plain: RedisServer;
let replica: RedisServer;
let guarded: RedisServer;
let encrypted: RedisServer;
let trio: SentinelTrio;
let cluster: RedisCluster;

beforeAll(async () => {
  plain = await startRedis();
  [replica, guarded, encrypted, trio, cluster] = await Promise.all([
    startRedis({ lines: [`replicaof 127.0.0.1 ${plain.port}`] }),
    startRedis({
      lines: [
        `user default on >${password} ${open}`,
        `user door on >${password} ~doorward:* &doorward:* -@all +get +set +unlink +del +pexpire +eval +publish +subscribe +info +client`,
        `user deaf on >${password} ~* resetchannels +@all`,
        `user dumb on >${password} ${open} -eval`,
        `user else on >${password} ~else:* &* +@all`,
      ],
    }),
    startRedis(tlsOnly),
    startSentinels(),
    startCluster(),
  ]);
});
afterAll(() =>
  Promise.all([replica, plain, guarded, encrypted, trio, cluster].map((one) => one.close())),
);

/** What `check` says of the store. */
async function lineOf(storage: Record<string, unknown>): Promise<string> {
  const config = configOf({
    url: "https://auth.example.com",
    providers: { company: { type: "oidc", issuer: "http://127.0.0.1:1/", clientId: "door" } },
    access: { anyone: true },
    storage,
  });
  const found = (await check(config)).filter(({ text }) => text.startsWith("store "));
  return found.map(({ level, text }) => `${level} ${text}`).join("\n");
}

const guardedUrl = () => `redis://127.0.0.1:${guarded.port}`;
const encryptedUrl = () => `rediss://localhost:${encrypted.port}`;
const certificate = () => join(encrypted.folder, "redis.pem");
const clusterAddresses = () => cluster.nodes.map(({ port }) => `127.0.0.1:${port}`);

describe("check", () => {
  it.each<[string, () => Record<string, unknown>, string]>([
    [
      "memory",
      () => ({ driver: "memory" }),
      "ok store memory: works; sessions end with the process; doorward removes",
    ],
    [
      "a Redis",
      () => ({ driver: "redis", url: plain.url }),
      "ok store redis: works; shared by all replicas, which hear of a sign-out at once; lets go of the expired by itself",
    ],
    [
      "a password",
      () => ({ driver: "redis", url: guardedUrl(), password }),
      "ok store redis: works",
    ],
    [
      "a user with the least there is to allow",
      () => ({ driver: "redis", url: guardedUrl(), username: "door", password }),
      "ok store redis: works",
    ],
    [
      "a user in the url",
      () => ({ driver: "redis", url: `redis://door:${password}@127.0.0.1:${guarded.port}` }),
      "ok store redis: works",
    ],
    [
      "TLS",
      () => ({ driver: "redis", url: encryptedUrl(), tls: { ca: certificate() } }),
      "ok store redis: works",
    ],
    [
      "Sentinels",
      () => ({ driver: "redis", sentinels: trio.sentinels, name: "main" }),
      "ok store redis: works",
    ],
    [
      "a Cluster",
      () => ({ driver: "redis", cluster: clusterAddresses() }),
      "ok store redis: works",
    ],
  ])("finds %s well", async (_, storage, line) => {
    expect(await lineOf(storage())).toContain(line);
  });

  it.each<[string, () => Promise<Record<string, unknown>>, string]>([
    [
      "nothing at its address",
      async () => ({ url: `redis://127.0.0.1:${await freePort()}` }),
      "storage: nothing answers there",
    ],
    ["no password", async () => ({ url: guardedUrl() }), "storage.password: Redis wants one"],
    [
      "another password",
      async () => ({ url: guardedUrl(), password: "wrong-one-of-the-store" }),
      "storage.password: Redis refuses it",
    ],
    [
      "a user without channels",
      async () => ({ url: guardedUrl(), username: "deaf", password }),
      "announcements do not arrive",
    ],
    [
      "a user without a command",
      async () => ({ url: guardedUrl(), username: "dumb", password }),
      "storage.username: its ACL lacks",
    ],
    [
      "a user of other keys",
      async () => ({ url: guardedUrl(), username: "else", password }),
      "storage.username: its ACL lacks",
    ],
    [
      "a certificate that nobody vouches for",
      async () => ({ url: encryptedUrl() }),
      "storage.tls.ca: the certificate",
    ],
    [
      "a certificate for another name",
      async () => ({ url: `rediss://127.0.0.1:${encrypted.port}`, tls: { ca: certificate() } }),
      "storage.tls.ca: the certificate",
    ],
    [
      "no file for its CA",
      async () => ({ url: encryptedUrl(), tls: { ca: "/nonexistent/ca.pem" } }),
      "storage.tls.ca names a file that cannot be read",
    ],
    [
      "something else than PEM for its CA",
      async () => ({ url: encryptedUrl(), tls: { ca: "wrong-one-of-the-store" } }),
      "storage.tls.ca names a file that cannot be read (ENOENT)",
    ],
    [
      "TLS where none is spoken",
      async () => ({ url: `rediss://127.0.0.1:${plain.port}` }),
      "TLS asked for where none is spoken",
    ],
    ["a replica", async () => ({ url: replica.url }), "storage.url: that Redis is a replica"],
    [
      "a node of a Cluster",
      async () => ({ url: cluster.nodes[0]?.url }),
      "storage.url: that is a node of a Cluster",
    ],
    [
      "a Cluster that is none",
      async () => ({ cluster: [`127.0.0.1:${plain.port}`] }),
      "storage.cluster: that is a single Redis",
    ],
    [
      "Sentinels that know no such master",
      async () => ({ sentinels: trio.sentinels, name: "other" }),
      "storage.name: the Sentinels know no such master",
    ],
    [
      "Sentinels that are not there",
      async () => ({ sentinels: [`127.0.0.1:${await freePort()}`], name: "main" }),
      "storage.sentinels: none of them answers",
    ],
  ])("names the line to change when Redis has %s", async (_, settings, fault) => {
    const line = await lineOf({ driver: "redis", ...(await settings()) });

    expect(line).toMatch(/^fault /);
    expect(line).toContain(fault);
    expect(line).not.toContain(password);
    expect(line).not.toContain("wrong-one-of-the-store");
  });

  it("names the package that a driver lacks", async () => {
    const line = await lineOf({ driver: "mongodb", connectionString: "x", databaseName: "y" });

    expect(line).toContain(
      'storage.driver "mongodb" needs a package that is not installed: npm install mongodb',
    );
  });

  it("names the option that a driver lacks", async () => {
    const line = await lineOf({ driver: "cloudflare-kv-http" });

    expect(line).toMatch(/^fault store cloudflare-kv-http: .*accountId/);
  });
});
