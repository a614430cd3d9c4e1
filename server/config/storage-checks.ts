import { driverFacts, unfitDrivers } from "./storage-drivers.ts";
import type { Fault } from "./faults.ts";
import { isObject } from "./shape.ts";
import { urlHostOutsideAscii } from "../values/ascii-host.ts";
import { unknown } from "./unknown-keys.ts";

/** The settings of each driver that doorward knows in detail; any other driver gets its settings unchanged. */
const settingsOf: Readonly<Record<string, readonly string[]>> = {
  memory: ["driver", "base"],
  "fs-lite": ["driver", "base"],
  fs: ["driver", "base"],
  redis: "driver base url username password tls sentinels name sentinelPassword cluster".split(" "),
};

type Settings = Readonly<Record<string, unknown>>;

/** Checks how the settings of `storage` and `replicas` fit together. Faults show no values: some are secrets. */
export function storageFaults({ storage = {}, replicas }: Record<string, unknown>): Fault[] {
  if (!isObject(storage)) return [];
  const { driver = "fs-lite" } = storage;
  if (typeof driver !== "string") return [];
  const fault = driverFault(driver, replicas === true);
  if (fault !== undefined) return [{ path: "storage.driver", message: `"${driver}" ${fault}` }];
  return [
    ...unknownSettings(driver, storage),
    ...(driver === "redis" ? redisFaults(storage) : []),
  ].map(({ path, message }) => ({ path: `storage.${path}`, message }));
}

function driverFault(driver: string, hasReplicas: boolean): string | undefined {
  const known = Object.hasOwn(driverFacts, driver) ? driverFacts[driver] : undefined;
  if (known === undefined) {
    return Object.hasOwn(unfitDrivers, driver)
      ? unfitDrivers[driver]
      : unknown(driver, Object.keys(driverFacts));
  }
  if (!hasReplicas || known.reach === "shared") return undefined;
  return "is not shared between replicas, but `replicas: true` requires that: use redis, with its url";
}

function unknownSettings(driver: string, storage: Settings): Fault[] {
  const known = settingsOf[driver];
  if (known === undefined) return [];
  return written(storage, Object.keys(storage))
    .filter((key) => !known.includes(key))
    .map((path) =>
      settingsOf.redis?.includes(path)
        ? { path, message: `is for the driver redis, but the driver is ${driver}: remove it` }
        : { path, message: unknown(path, known) },
    );
}

function redisFaults(storage: Settings): Fault[] {
  const ways = written(storage, ["url", "sentinels", "cluster"]);
  const [way, second] = ways;
  if (way === undefined) {
    const message =
      "is missing: set redis://host:6379, or list the Sentinels in sentinels or nodes in cluster";
    return [{ path: "url", message }];
  }
  if (second !== undefined)
    return [{ path: second, message: `cannot be combined with ${way}: keep one of the two` }];
  return [
    ...sentinelFaults(storage),
    ...tlsFaults(storage),
    ...userFaults(storage),
    ...(typeof storage.url === "string" ? urlFaults(storage.url, storage) : []),
  ];
}

function sentinelFaults({ sentinels, name, sentinelPassword }: Settings): Fault[] {
  if (sentinels !== undefined && name === undefined) {
    const message =
      "is missing: set the master's name from Sentinel's configuration, often mymaster";
    return [{ path: "name", message }];
  }
  if (sentinels !== undefined) return [];
  const message = "is for sentinels, but sentinels is not set: remove it";
  return written({ name, sentinelPassword }, ["name", "sentinelPassword"]).map((path) => ({
    path,
    message,
  }));
}

function userFaults({ url, username, password }: Settings): Fault[] {
  const parts = typeof url === "string" && URL.canParse(url) ? new URL(url) : undefined;
  const hasUser = username !== undefined || (parts?.username ?? "") !== "";
  const hasPassword = password !== undefined || (parts?.password ?? "") !== "";
  if (!hasUser || hasPassword) return [];
  return [{ path: "password", message: "is missing: a Redis user requires a password" }];
}

function tlsFaults({ tls }: Settings): Fault[] {
  if (!isObject(tls)) return [];
  const [alone, ...both] = written(tls, ["cert", "key"]);
  if (alone === undefined || both.length > 0) return [];
  const missing = alone === "cert" ? "key" : "cert";
  return [{ path: `tls.${missing}`, message: `is missing: tls.${alone} requires it` }];
}

function urlFaults(url: string, storage: Settings): Fault[] {
  const message = redisUrlFault(url);
  if (message !== undefined) return [{ path: "url", message }];
  const { protocol, username, password } = new URL(url);
  const inUrl = Object.entries({ username, password }).filter(([, value]) => value !== "");
  const twice = written(
    storage,
    inUrl.map(([name]) => name),
  );
  const faults = twice.map((path) => ({ path, message: "is also set in url: keep one" }));
  if (protocol === "rediss:" || storage.tls === undefined) return faults;
  const plain = "begins with redis://, which is not encrypted, but tls is set: use rediss://";
  return [...faults, { path: "url", message: plain }];
}

function redisUrlFault(url: string): string | undefined {
  if (!URL.canParse(url)) return "is not a URL: use redis://host:6379, or rediss:// for TLS";
  const ofHost = urlHostOutsideAscii(url);
  if (ofHost !== undefined) return ofHost;
  const { protocol, username, password, hostname, pathname, search, hash } = new URL(url);
  if (protocol !== "redis:" && protocol !== "rediss:")
    return "does not begin with redis:// or rediss:// (TLS): use redis://host:6379";
  if (!isDecodable(username) || !isDecodable(password))
    return "contains a user or password with a % that begins no escape sequence: write it as %25";
  if (hostname === "") return "contains no host: use redis://host:6379";
  if (pathname !== "" && pathname !== "/")
    return "ends in a path: remove it, also a database number (base keeps keys apart)";
  if (search !== "" || hash !== "") return "contains a query or a fragment: end it after the port";
  return undefined;
}

function isDecodable(encoded: string): boolean {
  try {
    decodeURIComponent(encoded);
    return true;
  } catch {
    return false;
  }
}

function written(settings: Settings, keys: readonly string[]): string[] {
  return keys.filter((key) => settings[key] !== undefined);
}
