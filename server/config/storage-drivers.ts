/**
 * Who else sees what a driver keeps. `process`: nobody. `machine`: other processes that open the same
 * folder or file, but only one doorward at a time. `shared`: every replica.
 */
export type Reach = "process" | "machine" | "shared";

export interface DriverFacts {
  readonly reach: Reach;
  /** Whether it lets go of what has expired by itself. */
  readonly expires?: boolean;
}

const shared: DriverFacts = { reach: "shared" };
const sharedExpiring: DriverFacts = { reach: "shared", expires: true };

/** unstorage's drivers that can keep sessions, by the names that it gives them. */
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

const forBrowsers = "keeps things in a browser";
const forCloudflare = "works inside Cloudflare's own runtime alone";

/** Those that cannot, and why. */
export const unfitDrivers: Readonly<Record<string, string>> = {
  "capacitor-preferences": forBrowsers,
  indexedb: forBrowsers,
  localstorage: forBrowsers,
  "session-storage": forBrowsers,
  "cloudflare-kv-binding": forCloudflare,
  "cloudflare-r2-binding": forCloudflare,
  "deno-kv": "works inside Deno alone",
  "vercel-runtime-cache": "works inside Vercel's own runtime alone",
  db0: "needs a database object, which no configuration can hold",
  github: "cannot write",
  // Also a revocation would be pushed out, and whoever it ended would be in again.
  "lru-cache": "forgets sessions and revocations when it is full: write memory",
  null: "keeps nothing: write memory",
  overlay: "is made of other drivers, which no configuration can hold",
};
