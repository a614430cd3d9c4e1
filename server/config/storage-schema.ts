import * as v from "valibot";
import { hostOutsideAscii } from "../values/ascii-host.ts";
import { checkedString, pemOrPath, text } from "../values/leaves.ts";

/** `redis-1.example.com`, `redis-1:6379`, `[::1]:6379`. */
const hostAndPort = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/;

/** The two parts of an address; undefined = it is not an address. */
export function hostPort(
  written: string,
  usualPort: number,
): { host: string; port: number } | undefined {
  const [, host, port = String(usualPort)] = hostAndPort.exec(written) ?? [];
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535) return undefined;
  return { host: host.replace(/^\[|\]$/g, ""), port: Number(port) };
}

const address = checkedString((written) =>
  hostPort(written, 6379)
    ? undefined
    : (hostOutsideAscii(written) ?? "is not an address: use one such as redis-1.example.com:6379"),
);

const addresses = v.pipe(v.array(address), v.minLength(1, "is empty: list host:port of each"));

/**
 * Where sessions are stored. Any other settings go to the driver unchanged; `storageFaults` checks which
 * settings fit together.
 */
export const storage = v.optional(
  v.objectWithRest(
    {
      driver: v.optional(text, "fs-lite"),
      /** The folder of the file drivers; the prefix of all keys in Redis. */
      base: v.optional(text),
      url: v.optional(text),
      username: v.optional(text),
      password: v.optional(text),
      /** The Sentinels, and the name of the master that they watch. */
      sentinels: v.optional(addresses),
      name: v.optional(text),
      sentinelPassword: v.optional(text),
      /** Some nodes of a Cluster; they report the others. */
      cluster: v.optional(addresses),
      /** Even an empty `tls` turns TLS on. */
      tls: v.optional(
        v.strictObject({
          ca: v.optional(pemOrPath),
          cert: v.optional(pemOrPath),
          key: v.optional(pemOrPath),
        }),
      ),
    },
    v.unknown(),
  ),
  {},
);
