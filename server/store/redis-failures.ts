import type { Cluster, Redis } from "ioredis";
import { reasonsOf, type Log } from "../observe/log.ts";

/** What Redis or the way to it says, the line of the configuration that it is about, and the mend. */
const mends: readonly (readonly [RegExp, string])[] = [
  [
    /sentinels are unreachable.*(WRONGPASS|NOAUTH|invalid password)/i,
    "storage.sentinelPassword: the Sentinels do not take it, or want one",
  ],
  [
    /WRONGPASS|invalid (username|password)/i,
    "storage.password: Redis refuses it (and storage.username)",
  ],
  [/NOAUTH/, "storage.password: Redis wants one"],
  [
    /NOPERM/,
    "storage.username: its ACL lacks a command, the keys or the channels that doorward needs",
  ],
  [/cluster support disabled/i, "storage.cluster: that is a single Redis: write its url instead"],
  [
    /^MOVED /,
    "storage.url: that is a node of a Cluster: list its nodes in storage.cluster instead",
  ],
  [
    /sentinels are unreachable.*invalid reply|IDONTKNOW|No such master/i,
    "storage.name: the Sentinels know no such master",
  ],
  [/sentinels are unreachable/i, "storage.sentinels: none of them answers"],
  [/READONLY/, "storage.url: that Redis is a replica, which takes no writes"],
  [
    /CERT|certificate|self.signed/i,
    "storage.tls.ca: the certificate of Redis is not signed by it, or for another name",
  ],
  [
    /ETIMEDOUT/,
    "storage: nothing answers there in time: the address may be wrong, or TLS asked for where none is spoken",
  ],
  [
    /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|startup nodes|slots cache/,
    "storage: nothing answers there",
  ],
];

/** The state of a connection to Redis, for whoever has to say why a command failed. */
export class RedisFailures {
  readonly #client: Redis | Cluster;
  #last: Error | undefined;

  constructor(client: Redis | Cluster, log: Log | undefined) {
    this.#client = client;
    let told = "";
    const note = (error: Error) => {
      this.#last = error;
      const reason = reasonsOf(inWords(error));
      if (reason !== told) log?.error({ reason }, "Redis cannot be used");
      told = reason;
    };
    client.on("error", note);
    client.on("node error", note);
    client.on("ready", () => {
      this.#last = undefined;
      told = "";
    });
  }

  /** A command, whose failure is put in words that name the line to change. */
  explained<T>(command: Promise<T>): Promise<T> {
    return command.catch((error: unknown) => {
      throw this.#explain(error);
    });
  }

  #explain(error: unknown): Error {
    if (error instanceof Error && error.name === "ReplyError") {
      // Whoever answers so is left at once (`reconnectOnError`), and with it all else that was asked there.
      if (isReadOnly(error)) this.#last = error;
      return inWords(error);
    }
    // Of a connection that is down, a command only knows that it is.
    const isDown = this.#client.status !== "ready" || isReadOnly(this.#last);
    return inWords(isDown ? (this.#last ?? error) : error);
  }
}

/** What a replica says to who wants to write. */
export function isReadOnly(error: Error | undefined): boolean {
  return error?.message.includes("READONLY") === true;
}

function inWords(cause: unknown): Error {
  const said = saidBy(cause);
  const [, mend] = mends.find(([pattern]) => pattern.test(said)) ?? [];
  return new Error(mend ?? "Redis failed", { cause });
}

/** A Cluster's error keeps that of its last node apart. */
function saidBy(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const last = "lastNodeError" in error ? error.lastNodeError : undefined;
  return `${reasonsOf(error)} ${last instanceof Error ? reasonsOf(last) : ""}`;
}
