import { builtinDrivers } from "unstorage";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../server/config/faults.ts";
import { checkConfig } from "../../server/config/load.ts";
import { driverFacts, unfitDrivers } from "../../server/config/storage-drivers.ts";
import { testSecret } from "../peers/doorward.ts";

const good = {
  url: "https://auth.example.com",
  secret: testSecret,
  providers: { google: { clientId: "door", clientSecret: "x".repeat(20) } },
  access: { anyone: true },
};

function faultsOf(
  storage: unknown,
  others: Record<string, unknown> = {},
  environment: Record<string, string> = {},
): string {
  try {
    checkConfig("doorward.yaml", { ...good, storage, ...others }, environment);
    return "";
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

const password = "p4ss-of-the-store";

describe("storage", () => {
  it.each<[string, Record<string, unknown>]>([
    ["left out", {}],
    ["a folder", { driver: "fs-lite", base: "/var/lib/doorward" }],
    ["memory", { driver: "memory" }],
    ["a Redis", { driver: "redis", url: "redis://redis-1:6379/" }],
    ["a Redis without a port", { driver: "redis", url: "redis://redis.example.com" }],
    ["a Redis on IPv6", { driver: "redis", url: "redis://[::1]:6379" }],
    ["a Redis with TLS", { driver: "redis", url: "rediss://redis-1", tls: { ca: "/ca.pem" } }],
    ["a user", { driver: "redis", url: "redis://redis-1", username: "door", password }],
    ["a user in the url", { driver: "redis", url: `redis://door:${password}@redis-1` }],
    ["Sentinels", { driver: "redis", sentinels: ["s-1:26379", "s-2"], name: "main" }],
    ["a Cluster", { driver: "redis", cluster: ["c-1:6379", "[::1]:7000"], tls: {} }],
    ["another driver with settings of its own", { driver: "mongodb", connectionString: "m" }],
    ["another driver with a url", { driver: "upstash", url: "https://u.example.com", token: "t" }],
  ])("may be %s", (_, storage) => {
    expect(faultsOf(storage)).toBe("");
  });

  it.each<[string, Record<string, unknown>, string]>([
    [
      "an unknown driver",
      { driver: "reddis" },
      'storage.driver: "reddis" is unknown: did you mean redis?',
    ],
    ["the name of an inherited property", { driver: "toString" }, "storage.driver"],
    [
      "a driver for browsers",
      { driver: "localstorage" },
      'storage.driver: "localstorage" stores data in a browser: use another driver',
    ],
    ["a driver that drops entries", { driver: "lru-cache" }, "revocations when it is full"],
    ["an empty driver name", { driver: "" }, "storage.driver: "],
    [
      "a misspelt setting",
      { driver: "redis", url: "redis://a", pasword: password },
      "storage.pasword: is unknown: did you mean password?",
    ],
    [
      "a misspelt setting of files",
      { bases: "./data" },
      "storage.bases: is unknown: did you mean base?",
    ],
    [
      "a setting of Redis without it",
      { driver: "memory", password },
      "storage.password: is for the driver redis, but the driver is memory: remove it",
    ],
    ["no address", { driver: "redis" }, "storage.url: is missing: set redis://host:6379"],
    [
      "two addresses",
      { driver: "redis", url: "redis://a", cluster: ["b:1"] },
      "storage.cluster: cannot be combined with url: keep one",
    ],
    [
      "an invalid url",
      { driver: "redis", url: `${password}` },
      "storage.url: is not a URL: use redis://host:6379",
    ],
    [
      "a url of another protocol",
      { driver: "redis", url: `https://x:${password}@redis-1` },
      "storage.url: does not begin with redis:// or rediss://",
    ],
    [
      "a url without a host",
      { driver: "redis", url: "redis:///1" },
      "storage.url: contains no host: use redis://host:6379",
    ],
    [
      "a url with a path",
      { driver: "redis", url: `redis://x:${password}@redis-1/1` },
      "storage.url: ends in a path: remove it",
    ],
    [
      "a url with a query",
      { driver: "redis", url: "redis://redis-1?tls=1" },
      "storage.url: contains a query",
    ],
    [
      "a url whose password is badly encoded",
      { driver: "redis", url: `redis://u:${password}%zz@redis-1` },
      "storage.url: contains a user or password with a % that begins no escape sequence: write it as %25",
    ],
    [
      "a url whose user is badly encoded",
      { driver: "redis", url: "redis://%ff:p@redis-1" },
      "storage.url: contains a user or password with a % that begins no escape sequence: write it as %25",
    ],
    [
      "a password twice",
      { driver: "redis", url: `redis://:${password}@redis-1`, password },
      "storage.password: is also set in url: keep one",
    ],
    [
      "a user twice",
      { driver: "redis", url: "redis://door@redis-1", username: "x" },
      "storage.username: is also set in url: keep one",
    ],
    [
      "a user without a password",
      { driver: "redis", url: "redis://door@a" },
      "storage.password: is missing: a Redis user requires a password",
    ],
    [
      "TLS and a plain url",
      { driver: "redis", url: "redis://redis-1", tls: {} },
      "storage.url: begins with redis://, which is not encrypted, but tls is set: use rediss://",
    ],
    [
      "a certificate without its key",
      { driver: "redis", url: "rediss://a", tls: { cert: "/c.pem" } },
      "storage.tls.key: is missing",
    ],
    [
      "a key without its certificate",
      { driver: "redis", url: "rediss://a", tls: { key: password } },
      "storage.tls.cert: is missing",
    ],
    [
      "an unknown setting of TLS",
      { driver: "redis", url: "rediss://a", tls: { cafile: "x" } },
      "storage.tls.cafile: is unknown",
    ],
    [
      "Sentinels without a name",
      { driver: "redis", sentinels: ["s-1:26379"] },
      "storage.name: is missing",
    ],
    [
      "a name without Sentinels",
      { driver: "redis", url: "redis://a", name: "main" },
      "storage.name: is for sentinels, but sentinels is not set: remove it",
    ],
    [
      "a Sentinel's password without Sentinels",
      { driver: "redis", url: "redis://a", sentinelPassword: password },
      "storage.sentinelPassword: is for sentinels",
    ],
    [
      "an empty list of Sentinels",
      { driver: "redis", sentinels: [], name: "main" },
      "storage.sentinels: ",
    ],
    [
      "an address with a scheme",
      { driver: "redis", cluster: ["redis://c-1:6379"] },
      "storage.cluster.0: ",
    ],
    [
      "an address with a port too high",
      { driver: "redis", cluster: ["c-1:65536"] },
      "storage.cluster.0: ",
    ],
    ["a text instead of a list", { driver: "redis", cluster: "c-1:6379" }, "storage.cluster: "],
    [
      "a number for a password",
      { driver: "redis", url: "redis://a", password: 4_711_815 },
      "storage.password: is not text",
    ],
  ])("cannot have %s", (_, storage, fault) => {
    const message = faultsOf(storage);

    expect(message).toContain(fault);
    expect(message).not.toContain(password);
    expect(message).not.toContain("4711815");
  });

  it.each(["redis", "mongodb", "upstash", "http", "s3"])("accepts %s for replicas", (driver) => {
    const storage = driver === "redis" ? { driver, url: "redis://redis-1" } : { driver };

    expect(faultsOf(storage, { replicas: true })).toBe("");
  });

  it.each([{ driver: "memory" }, { driver: "fs" }, { driver: "fs-lite" }, {}, undefined])(
    "rejects %j for replicas",
    (storage) => {
      expect(faultsOf(storage, { replicas: true })).toContain(
        "is not shared between replicas, but `replicas: true`",
      );
    },
  );

  it("can come from the environment and from files, setting by setting", () => {
    const config = checkConfig("doorward.yaml", good, {
      DOORWARD_STORAGE_DRIVER: "redis",
      DOORWARD_STORAGE_SENTINELS: "s-1:26379, s-2:26379",
      DOORWARD_STORAGE_NAME: "main",
      DOORWARD_STORAGE_PASSWORD_FILE: import.meta.filename,
      DOORWARD_STORAGE_SENTINEL_PASSWORD: password,
      DOORWARD_STORAGE_TLS_CA: "/ca.pem",
      DOORWARD_REPLICAS: "true",
    });

    expect(config.replicas).toBe(true);
    expect(config.storage).toMatchObject({
      driver: "redis",
      sentinels: ["s-1:26379", "s-2:26379"],
      name: "main",
      password: expect.stringContaining("builtinDrivers"),
      sentinelPassword: password,
      tls: { ca: "/ca.pem" },
    });
  });

  it("accepts the settings of any driver from the environment", () => {
    const { storage } = checkConfig("doorward.yaml", good, {
      DOORWARD_STORAGE_DRIVER: "mongodb",
      DOORWARD_STORAGE_CONNECTION_STRING: "mongodb://m-1",
    });

    expect(storage).toEqual({ driver: "mongodb", connectionString: "mongodb://m-1" });
  });

  it("names the variable that set an invalid value", () => {
    const message = faultsOf(
      { driver: "redis", url: "redis://a" },
      {},
      {
        DOORWARD_STORAGE_PASWORD: password,
      },
    );

    expect(message).toContain("DOORWARD_STORAGE_PASWORD (storage.pasword): is unknown");
    expect(message).not.toContain(password);
  });

  it("knows every driver of unstorage", () => {
    const names = Object.keys(builtinDrivers).filter((name) => name === name.toLowerCase());

    expect(Object.keys({ ...driverFacts, ...unfitDrivers }).toSorted()).toEqual(names.toSorted());
  });
});
