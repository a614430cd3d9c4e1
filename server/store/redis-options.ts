import type { ClusterOptions, RedisOptions } from "ioredis";
import type { Config } from "../config/schema.ts";
import { readPem } from "../config/read-named-file.ts";
import { hostPort } from "../config/storage-schema.ts";
import { directConnector, sentinelConnector } from "./redis-connectors.ts";
import { isReadOnly } from "./redis-failures.ts";

/** Short, because a visitor waits for every command. */
export const redisTimeoutMs = 500;
const reconnectMs = 100;

/** How to reach Redis: one server, the master that the Sentinels report, or a Cluster. */
export type RedisPlace =
  | { readonly server: RedisOptions }
  | { readonly nodes: { host: string; port: number }[]; readonly options: ClusterOptions };

/** Throws an error that names the setting if a file under `tls` cannot be read. */
export function redisPlace(storage: Config["storage"]): RedisPlace {
  const { url, cluster, sentinels } = storage;
  const common = { ...timing, ...credentials(storage), ...tlsOf(storage) };
  const Connector = directConnector(common.tls);
  if (cluster !== undefined) return clusterPlace(cluster, { ...common, Connector });
  const single = { ...common, ...singleTiming };
  if (sentinels !== undefined) {
    const options = { ...single, ...sentinelOptions(storage, common.tls) };
    return { server: { ...options, Connector: sentinelConnector(options) } };
  }
  const { hostname, port } = new URL(url ?? "");
  const host = hostname.replace(/^\[|\]$/g, "");
  return { server: { ...single, Connector, host, port: Number(port === "" ? 6379 : port) } };
}

const timing = {
  connectTimeout: redisTimeoutMs,
  // Detects a server that hangs without closing the connection. Runs only while a reply is pending.
  socketTimeout: redisTimeoutMs,
  disconnectTimeout: reconnectMs,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  maxLoadingRetryTime: reconnectMs,
  // After a failover the old master may still answer, as a replica.
  reconnectOnError: isReadOnly,
} satisfies RedisOptions;

const singleTiming = {
  retryStrategy: () => reconnectMs,
  // Fail at once instead of queueing: the visitor gets a 503, and no command is sent later.
  enableOfflineQueue: false,
} satisfies RedisOptions;

function credentials({ url, username, password }: Config["storage"]): RedisOptions {
  const parts = url === undefined ? undefined : new URL(url);
  const user = username ?? decodeURIComponent(parts?.username ?? "");
  const secret = password ?? decodeURIComponent(parts?.password ?? "");
  return {
    ...(user === "" ? {} : { username: user }),
    ...(secret === "" ? {} : { password: secret }),
  };
}

function tlsOf({ url, tls }: Config["storage"]): Pick<RedisOptions, "tls"> {
  if (tls === undefined && url?.startsWith("rediss:") !== true) return {};
  const { ca, cert, key } = tls ?? {};
  return {
    tls: {
      ...(ca === undefined ? {} : { ca: pem("ca", ca) }),
      ...(cert === undefined ? {} : { cert: pem("cert", cert) }),
      ...(key === undefined ? {} : { key: pem("key", key) }),
    },
  };
}

/** `written` is the PEM text itself, as from `DOORWARD_STORAGE_TLS_CA_FILE`, or the path of a PEM file. */
function pem(name: string, written: string): string {
  const read = readPem(written);
  if ("fault" in read) throw new Error(`storage.tls.${name} ${read.fault}`);
  return read.text;
}

function sentinelOptions(
  { sentinels, name, sentinelPassword }: Config["storage"],
  tls: RedisOptions["tls"],
) {
  return {
    sentinels: (sentinels ?? []).flatMap((written) => hostPort(written, 26_379) ?? []),
    name: name ?? "",
    sentinelRetryStrategy: () => reconnectMs,
    sentinelCommandTimeout: redisTimeoutMs,
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
    ...(tls === undefined ? {} : { sentinelTLS: tls, enableTLSForSentinelMode: true }),
  } satisfies RedisOptions;
}

function clusterPlace(cluster: readonly string[], redisOptions: RedisOptions): RedisPlace {
  return {
    nodes: cluster.flatMap((written) => hostPort(written, 6379) ?? []),
    options: {
      redisOptions,
      enableOfflineQueue: false,
      clusterRetryStrategy: () => reconnectMs,
      retryDelayOnFailover: reconnectMs,
      retryDelayOnClusterDown: reconnectMs,
      slotsRefreshInterval: 1_000,
      slotsRefreshTimeout: redisTimeoutMs,
      // The certificate is checked against the host name, so it must not be resolved to an address first.
      ...(redisOptions.tls && { dnsLookup: (name, done) => done(null, name) }),
    },
  };
}
