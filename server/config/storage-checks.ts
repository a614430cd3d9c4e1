import { driverFacts, unfitDrivers } from "./storage-drivers.ts";
import type { Fault } from "./faults.ts";
import { isObject } from "./shape.ts";
import { unknown } from "./unknown-keys.ts";

/** What each driver of our own takes; any other has its settings passed on as they are. */
const settingsOf: Readonly<Record<string, readonly string[]>> = {
  memory: ["driver", "base"],
  "fs-lite": ["driver", "base"],
  fs: ["driver", "base"],
  redis: "driver base url username password tls sentinels name sentinelPassword cluster".split(" "),
};

type Settings = Readonly<Record<string, unknown>>;

/** How the settings of `storage` fit one another, and `replicas`. No value is told: some are secrets. */
export function storageFaults({ storage = {}, replicas }: Record<string, unknown>): Fault[] {
  if (!isObject(storage)) return [];
  const { driver = "fs-lite" } = storage;
  if (typeof driver !== "string") return [];
  const fault = driverFault(driver, replicas === true);
  if (fault !== undefined) return [{ path: "storage.driver", message: `"${driver}" ${fault}` }];
  return [
    ...strangeSettings(driver, storage),
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
  return "is not shared, and `replicas: true` says that there are several: write redis, with its url";
}

function strangeSettings(driver: string, storage: Settings): Fault[] {
  const known = settingsOf[driver];
  if (known === undefined) return [];
  return written(storage, Object.keys(storage))
    .filter((key) => !known.includes(key))
    .map((path) =>
      settingsOf.redis?.includes(path)
        ? { path, message: `is for the driver redis, and the driver is ${driver}` }
        : { path, message: unknown(path, known) },
    );
}

function redisFaults(storage: Settings): Fault[] {
  const ways = written(storage, ["url", "sentinels", "cluster"]);
  const [way, second] = ways;
  if (way === undefined) {
    const message =
      "is missing: write redis://host:6379, or list the Sentinels in sentinels or nodes in cluster";
    return [{ path: "url", message }];
  }
  if (second !== undefined)
    return [{ path: second, message: `stands beside ${way}: keep one of the two` }];
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
      "is missing: write the master's name in Sentinel's configuration, often mymaster";
    return [{ path: "name", message }];
  }
  if (sentinels !== undefined) return [];
  const message = "is for sentinels, and there are none";
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
  return [{ path: "password", message: "is missing: a user has one" }];
}

function tlsFaults({ tls }: Settings): Fault[] {
  if (!isObject(tls)) return [];
  const [alone, ...both] = written(tls, ["cert", "key"]);
  if (alone === undefined || both.length > 0) return [];
  const missing = alone === "cert" ? "key" : "cert";
  return [{ path: `tls.${missing}`, message: `is missing: tls.${alone} is of no use alone` }];
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
  const faults = twice.map((path) => ({ path, message: "stands in url too: keep one" }));
  if (protocol === "rediss:" || storage.tls === undefined) return faults;
  const plain = "begins with redis://, which is not encrypted, and tls is set: write rediss://";
  return [...faults, { path: "url", message: plain }];
}

function redisUrlFault(url: string): string | undefined {
  if (!URL.canParse(url)) return "is no URL: write redis://host:6379, or rediss:// for TLS";
  const { protocol, username, password, hostname, pathname, search, hash } = new URL(url);
  if (protocol !== "redis:" && protocol !== "rediss:")
    return "begins with neither redis:// nor rediss:// (which is TLS)";
  if (!isDecodable(username) || !isDecodable(password))
    return "holds a user or password with a % that begins no code: write it as %25";
  if (hostname === "") return "names no host: write redis://host:6379";
  if (pathname !== "" && pathname !== "/")
    return "ends in a path: leave it out, also a database's number (keys are kept apart by base)";
  if (search !== "" || hash !== "") return "holds a query or a fragment: end it with the port";
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
