import type { Cluster, Redis } from "ioredis";
import type { Store } from "./store.ts";

/** The clocks of replicas differ: an entry is dropped this long after its time. */
const clockErrorMs = 24 * 60 * 60_000;
const batchKeys = 1_000;

/** KEYS: the set. ARGV: the member, when it expires, up to when others have expired; the set's TTL in milliseconds. */
const addMemberScript = `
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[3])
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1`;

interface Parts {
  readonly client: Redis | Cluster;
  /** With the time limit of every command. */
  readonly run: <T>(work: Promise<T>) => Promise<T>;
  readonly keyOf: (key: string) => string;
}

/** Sets in Redis, as sorted sets by the time at which a member expires. Each command uses one key. */
export function createRedisSets({
  client,
  run,
  keyOf,
}: Parts): Pick<Store, "addMember" | "removeMember" | "members" | "keys"> {
  return {
    addMember: async (set, member, ttlSeconds) =>
      void (await run(client.eval(...addMemberCall(keyOf(set), member, ttlSeconds)))),
    removeMember: async (set, member) => void (await run(client.zrem(keyOf(set), member))),
    members: (set) => run(client.zrange(keyOf(set), 0, -1)),
    async *keys(prefix) {
      const base = keyOf("x").slice(0, -1);
      const pattern = `${literal(base + prefix)}*`;
      const servers = "nodes" in client ? client.nodes("master") : [client];
      for (const server of servers)
        for await (const found of scan(server, pattern, run))
          yield found.map((key) => key.slice(base.length));
    },
  };
}

type EvalCall = [script: string, keys: number, key: string, member: string, ...times: number[]];

/** The arguments of EVAL that add a member. `key` is the set's. */
export function addMemberCall(key: string, member: string, ttlSeconds: number): EvalCall {
  const [now, ttlMs] = [Date.now(), Math.ceil(ttlSeconds * 1000)];
  const times = [now + ttlMs, now - clockErrorMs, Math.max(ttlMs, longestMs)];
  return [addMemberScript, 1, key, member, ...times];
}

/** Members of sessions with a longer lifetime, from before a change of the configuration, must not expire with the set. */
const longestMs = 31 * 24 * 60 * 60_000;

async function* scan(
  server: Redis,
  pattern: string,
  run: Parts["run"],
): AsyncIterable<readonly string[]> {
  let cursor = "0";
  do {
    const [next, keys] = await run(server.scan(cursor, "MATCH", pattern, "COUNT", batchKeys));
    cursor = next;
    yield keys;
  } while (cursor !== "0");
}

/** A pattern of Redis that matches this text alone. */
function literal(text: string): string {
  return text.replace(/[\\*?[\]^]/g, "\\$&");
}
