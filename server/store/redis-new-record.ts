import type { Cluster, Redis } from "ioredis";
import { addMemberCall } from "./redis-sets.ts";
import type { Store } from "./store.ts";

interface Parts {
  readonly client: Redis | Cluster;
  /** With the time limit of every command. */
  readonly run: <T>(work: Promise<T>, onLate?: () => void) => Promise<T>;
  readonly keyOf: (key: string) => string;
  readonly whole: (time: number) => number;
}

/** New records in one pipeline. The keys of one are on several nodes of a Cluster, where a pipeline is not possible. */
export function createRedisNewRecord({ client, run, keyOf, whole }: Parts): Store["create"] {
  if ("nodes" in client) return undefined;
  return async ({ records, set, member, memberTtlSeconds, reads }, onLeft) => {
    const pipeline = client.pipeline();
    for (const key of reads) pipeline.get(keyOf(key));
    for (const { key, value, ttlSeconds } of records)
      pipeline.set(keyOf(key), JSON.stringify(value), "EX", whole(ttlSeconds));
    pipeline.eval(...addMemberCall(keyOf(set), member, memberTtlSeconds));
    const results = await run(resultsOf(pipeline.exec(), onLeft), onLeft);
    return results.slice(0, reads.length).map(parsed);
  };
}

type Results = Awaited<ReturnType<ReturnType<Redis["pipeline"]>["exec"]>>;

/** Throws if one of the commands failed. The others may have succeeded. */
async function resultsOf(executing: Promise<Results>, onLeft: () => void): Promise<unknown[]> {
  const results = (await executing) ?? [];
  const failed = results.find(([error]) => error !== null);
  if (failed === undefined) return results.map(([, result]) => result);
  onLeft();
  throw failed[0];
}

/** As unstorage reads it: a value that is not JSON is text. */
function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
