import { isObject } from "./shape.ts";

/**
 * Who else can read what a driver stores. `process`: no other process. `machine`: other processes that open the
 * same folder or file, but only one doorward at a time. `shared`: every replica.
 */
export type Reach = "process" | "machine" | "shared";

export interface DriverFacts {
  readonly reach: Reach;
  /** Whether it deletes expired entries by itself. */
  readonly expires?: boolean;
}

const shared: DriverFacts = { reach: "shared" };
const sharedExpiring: DriverFacts = { reach: "shared", expires: true };

/** unstorage's drivers that can store sessions, by their names in unstorage. */
export const driverFacts: Readonly<Record<string, DriverFacts>> = {
  memory: { reach: "process" },
  fs: { reach: "machine" },
  "fs-lite": { reach: "machine" },
  "deno-kv-node": { reach: "machine", expires: true },
  redis: sharedExpiring,
  "cloudflare-kv-http": sharedExpiring,
  upstash: sharedExpiring,
  "vercel-kv": sharedExpiring,
  "azure-app-configuration": shared,
  "azure-cosmos": shared,
  "azure-key-vault": shared,
  "azure-storage-blob": shared,
  "azure-storage-table": shared,
  http: shared,
  mongodb: shared,
  "netlify-blobs": shared,
  planetscale: shared,
  s3: shared,
  uploadthing: shared,
  "vercel-blob": shared,
};

/** What the store of these settings offers; undefined = the driver is unknown. */
export function factsOf(storage: StorageSettings): DriverFacts | undefined {
  const { driver } = storage;
  const facts = Object.hasOwn(driverFacts, driver) ? driverFacts[driver] : undefined;
  return facts && driver === "deno-kv-node" ? { ...facts, reach: reachOfDenoKv(storage) } : facts;
}

interface StorageSettings {
  readonly driver: string;
  readonly [setting: string]: unknown;
}

/** As `openKv` of `@deno/kv` selects an implementation. What is not known to be local counts as shared. */
function reachOfDenoKv({ path = "", openKvOptions = {} }: StorageSettings): Reach {
  const { implementation } = isObject(openKvOptions) ? openKvOptions : { implementation: "?" };
  if (implementation === "in-memory") return "process";
  if (implementation !== undefined && implementation !== "sqlite") return "shared";
  if (typeof path !== "string" || /^https?:/i.test(path)) return "shared";
  return path === "" || path === ":memory:" ? "process" : "machine";
}

/** The drivers that store each record as a file in the folder `base`. */
export function isFileDriver(name: string): name is "fs" | "fs-lite" {
  return name === "fs" || name === "fs-lite";
}

const forBrowsers = "stores data in a browser: use another driver, such as redis";
const forCloudflare = "works only inside Cloudflare's own runtime: use cloudflare-kv-http";

/** unstorage's drivers that cannot store sessions, and why. */
export const unfitDrivers: Readonly<Record<string, string>> = {
  "capacitor-preferences": forBrowsers,
  indexedb: forBrowsers,
  localstorage: forBrowsers,
  "session-storage": forBrowsers,
  "cloudflare-kv-binding": forCloudflare,
  "cloudflare-r2-binding": forCloudflare,
  "deno-kv": "works only inside Deno: use deno-kv-node",
  "vercel-runtime-cache": "works only inside Vercel's own runtime: use vercel-kv",
  db0: "requires a database object, which a configuration cannot contain: use redis",
  github: "cannot write: use redis",
  // A dropped revocation would make an ended session valid again.
  "lru-cache": "drops sessions and revocations when it is full: use memory",
  null: "stores nothing: use memory",
  overlay: "consists of other drivers, which a configuration cannot contain: use redis",
};
