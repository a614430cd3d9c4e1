import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { check } from "../../server/check/check.ts";
import { block } from "../docs/blocks.ts";
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
        block("docs/storage.md", "")
          .trim()
          .replace("user doorward on >…", `user door on >${password}`),
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

/** The line of `check` about the store. */
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

// Concurrent, because a fault takes the second that the start waits for Redis. Asked again where Redis or the machine
// stalls for longer than doorward waits, which is another fault.
describe.concurrent("check", () => {
  it.for<[string, () => Record<string, unknown>, string]>([
    [
      "memory",
      () => ({ driver: "memory" }),
      "ok store memory: works; sessions are lost when doorward stops; doorward removes expired records",
    ],
    [
      "a Redis",
      () => ({ driver: "redis", url: plain.url }),
      "ok store redis: works; shared by all replicas; sign-outs reach them at once; the store removes expired records itself",
    ],
    [
      "a password",
      () => ({ driver: "redis", url: guardedUrl(), password }),
      "ok store redis: works",
    ],
    [
      "a user with the minimum ACL",
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
  ])("accepts %s", async ([, storage, line], { expect }) => {
    await expect.poll(() => lineOf(storage())).toContain(line);
  });

  it.for<[string, () => Promise<Record<string, unknown>>, string]>([
    [
      "no server at the address",
      async () => ({ url: `redis://127.0.0.1:${await freePort()}` }),
      "storage: cannot connect to Redis: check the address",
    ],
    [
      "no password",
      async () => ({ url: guardedUrl() }),
      "storage.password: Redis requires a password",
    ],
    [
      "a wrong password",
      async () => ({ url: guardedUrl(), password: "wrong-one-of-the-store" }),
      "storage.password: Redis rejects this password or storage.username",
    ],
    [
      "a user without channels",
      async () => ({ url: guardedUrl(), username: "deaf", password }),
      "announcements do not arrive",
    ],
    [
      "a user without a command",
      async () => ({ url: guardedUrl(), username: "dumb", password }),
      "storage.username: its ACL lacks a command, key pattern or channel pattern",
    ],
    [
      "a user with access to other keys",
      async () => ({ url: guardedUrl(), username: "else", password }),
      "storage.username: its ACL lacks a command, key pattern or channel pattern",
    ],
    [
      "a certificate of an unknown CA",
      async () => ({ url: encryptedUrl() }),
      "storage.tls.ca: the certificate of Redis is not signed by this CA, or is for another host name",
    ],
    [
      "a certificate for another name",
      async () => ({ url: `rediss://127.0.0.1:${encrypted.port}`, tls: { ca: certificate() } }),
      "storage.tls.ca: the certificate of Redis is not signed by this CA, or is for another host name",
    ],
    [
      "a CA file that does not exist",
      async () => ({ url: encryptedUrl(), tls: { ca: "/nonexistent/ca.pem" } }),
      "storage.tls.ca names a file that cannot be read",
    ],
    [
      "a CA that is not PEM",
      async () => ({ url: encryptedUrl(), tls: { ca: "wrong-one-of-the-store" } }),
      "storage.tls.ca names a file that cannot be read (ENOENT)",
    ],
    [
      "TLS to a server without TLS",
      async () => ({ url: `rediss://127.0.0.1:${plain.port}` }),
      "wrong address, or TLS to a server that does not use TLS",
    ],
    [
      "a replica",
      async () => ({ url: replica.url }),
      "storage.url: the server is a read-only replica",
    ],
    [
      "a node of a Cluster",
      async () => ({ url: cluster.nodes[0]?.url }),
      "storage.url: the server is a node of a Cluster",
    ],
    [
      "a single Redis as Cluster",
      async () => ({ cluster: [`127.0.0.1:${plain.port}`] }),
      "storage.cluster: the server is a single Redis",
    ],
    [
      "a master name that the Sentinels do not monitor",
      async () => ({ sentinels: trio.sentinels, name: "other" }),
      "storage.name: the Sentinels monitor no master with this name",
    ],
    [
      "unreachable Sentinels",
      async () => ({ sentinels: [`127.0.0.1:${await freePort()}`], name: "main" }),
      "storage.sentinels: no Sentinel can be reached",
    ],
  ])("names the setting to change for %s", async ([, settings, fault], { expect }) => {
    let line = "";

    const ask = async () => (line = await lineOf({ driver: "redis", ...(await settings()) }));
    await expect.poll(ask).toContain(fault);

    expect(line).toMatch(/^fault /);
    expect(line).not.toContain(password);
    expect(line).not.toContain("wrong-one-of-the-store");
  });

  it("names the package that a driver needs", async ({ expect }) => {
    const line = await lineOf({ driver: "mongodb", connectionString: "x", databaseName: "y" });

    expect(line).toContain(
      'storage.driver: "mongodb" needs a package that is not installed: npm install mongodb',
    );
  });

  it("names the option that a driver needs", async ({ expect }) => {
    const line = await lineOf({ driver: "cloudflare-kv-http" });

    expect(line).toMatch(/^fault store cloudflare-kv-http: .*accountId/);
  });
});
