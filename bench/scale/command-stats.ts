/** Calls by command, of one server or added up. */
export type CommandCalls = ReadonlyMap<string, number>;

/** The commands of doorward, and those that its scripts run. Others belong to replication and to the Cluster itself. */
const counted = new Set(
  "get set del unlink eval publish zadd zrem zrange zremrangebyscore pexpire".split(" "),
);

/** Reads `INFO commandstats`. */
export function parseCommandStats(info: string): CommandCalls {
  const lines = info.matchAll(/^cmdstat_(\w+):calls=(\d+),/gm);
  return new Map(
    Array.from(lines, ([, name = "", calls]): [string, number] => [name, Number(calls)]).filter(
      ([name]) => counted.has(name),
    ),
  );
}

export function sumOf(all: readonly CommandCalls[]): Map<string, number> {
  const sum = new Map<string, number>();
  for (const [name, calls] of all.flatMap((one) => [...one]))
    sum.set(name, (sum.get(name) ?? 0) + calls);
  return sum;
}

/** The calls of `after` that are not in `before`. */
export function callsBetween(before: CommandCalls, after: CommandCalls): Map<string, number> {
  return new Map(Array.from(after, ([name, calls]) => [name, calls - (before.get(name) ?? 0)]));
}

/**
 * The number of commands that doorward sent. Redis counts the commands of scripts too. Each script begins with GET, or
 * ZREMRANGEBYSCORE for a set; then it sets, deletes or extends.
 */
export function sentCommands(calls: CommandCalls): number {
  const of = (name: string) => calls.get(name) ?? 0;
  const ofRecords = of("eval") - of("zremrangebyscore");
  const setsInScripts = ofRecords - of("del") - (of("pexpire") - of("zremrangebyscore"));
  const direct = of("get") - ofRecords + of("set") - setsInScripts;
  return direct + of("eval") + of("unlink") + of("publish") + of("zrem") + of("zrange");
}
