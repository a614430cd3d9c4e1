import type { Cluster, Redis } from "ioredis";
import { reasonsOf, type Log } from "../observe/log.ts";

/** Error texts of Redis or the connection, each with the setting at fault and the fix. The first match counts. */
const faults: readonly (readonly [RegExp, string])[] = [
  [
    /sentinels are unreachable.*(WRONGPASS|NOAUTH|invalid password)/i,
    "storage.sentinelPassword: the Sentinels reject this password, or require one",
  ],
  [
    /WRONGPASS|invalid (username|password)/i,
    "storage.password: Redis rejects this password or storage.username",
  ],
  [/NOAUTH/, "storage.password: Redis requires a password"],
  [
    /NOPERM/,
    "storage.username: its ACL lacks a command, key pattern or channel pattern that doorward needs",
  ],
  [
    /cluster support disabled/i,
    "storage.cluster: the server is a single Redis: set storage.url instead",
  ],
  [
    /^MOVED /,
    "storage.url: the server is a node of a Cluster: list the nodes in storage.cluster instead",
  ],
  [
    /sentinels are unreachable.*invalid reply|IDONTKNOW|No such master/i,
    "storage.name: the Sentinels monitor no master with this name",
  ],
  [
    /sentinels are unreachable/i,
    "storage.sentinels: no Sentinel can be reached: check the addresses",
  ],
  [/READONLY/, "storage.url: the server is a read-only replica: use the master's address"],
  [
    /CERT|certificate|self.signed/i,
    "storage.tls.ca: the certificate of Redis is not signed by this CA, or is for another host name",
  ],
  [
    /ETIMEDOUT/,
    "storage: no response from Redis in time: wrong address, or TLS to a server that does not use TLS",
  ],
  [
    /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|startup nodes|slots cache/,
    "storage: cannot connect to Redis: check the address",
  ],
];

/** Remembers the last connection error, to explain why a command failed. */
export class RedisFailures {
  readonly #client: Redis | Cluster;
  #last: Error | undefined;

  constructor(client: Redis | Cluster, log: Log | undefined) {
    this.#client = client;
    let lastReason = "";
    const note = (error: Error) => {
      this.#last = error;
      const reason = reasonsOf(describe(error));
      if (reason !== lastReason) log?.error({ reason }, "Redis connection failed");
      lastReason = reason;
    };
    client.on("error", note);
    client.on("node error", note);
    client.on("ready", () => {
      this.#last = undefined;
      lastReason = "";
    });
  }

  /** Runs a command; its error names the setting to change. */
  explained<T>(command: Promise<T>): Promise<T> {
    return command.catch((error: unknown) => {
      throw this.#explain(error);
    });
  }

  #explain(error: unknown): Error {
    if (error instanceof Error && error.name === "ReplyError") {
      // ioredis drops this connection (`reconnectOnError`) and with it every other pending command.
      if (isReadOnly(error)) this.#last = error;
      return describe(error);
    }
    // On a closed connection, the command's own error only reports that it is closed.
    const isDown = this.#client.status !== "ready" || isReadOnly(this.#last);
    return describe(isDown ? (this.#last ?? error) : error);
  }
}

/** The reply of a replica to a write. */
export function isReadOnly(error: Error | undefined): boolean {
  return error?.message.includes("READONLY") === true;
}

function describe(cause: unknown): Error {
  const text = messageOf(cause);
  const [, fault] = faults.find(([pattern]) => pattern.test(text)) ?? [];
  return new Error(fault ?? "Redis failed", { cause });
}

/** A Cluster error holds the error of its last node in a separate field. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const last = "lastNodeError" in error ? error.lastNodeError : undefined;
  return `${reasonsOf(error)} ${last instanceof Error ? reasonsOf(last) : ""}`;
}
