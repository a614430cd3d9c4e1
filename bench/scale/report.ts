import type { Share } from "./costs.ts";
import { eventLines } from "./event-lines.ts";
import { nodeTimeoutMs } from "./redis-world.ts";
import type { Results } from "./simulate.ts";
import { kinds } from "./timeline.ts";
import { oneDigit, whole } from "./written.ts";

/** The results as Markdown. */
export function describe(results: Results): string {
  const { amounts, bytesPerSession } = results;
  return [
    `${whole(amounts.people)} sessions of ${whole(bytesPerSession)} bytes in Redis, ${amounts.replicas} replicas of doorward, three`,
    `primaries and three replicas of Redis with a \`cluster-node-timeout\` of ${nodeTimeoutMs / 1_000} seconds, and`,
    `${whole(amounts.visits)} requests per second.`,
    "",
    ...table(
      ["what", "CPU of doorward", "CPU of Redis, all nodes", "commands"],
      costLines(results),
    ),
    "",
    ...table(["event", "result"], eventLines(results)),
    "",
    "Answers of `/verify` per second around the first failover:",
    "",
    ...table(["second", ...kinds, "event"], secondsAround(results, "a primary is killed")),
  ].join("\n");
}

function costLines({ costs, amounts }: Results): string[][] {
  const { idle, refresh } = costs;
  const perSecond = idle.commands / idle.seconds / amounts.replicas;
  return [
    costLine("a request, session hot", costs.hot),
    costLine("a request, session read from Redis", costs.cold),
    costLine("a sign-in", costs.signIn),
    costLine("a sign-out", costs.signOut),
    ["a refresh", "", "", oneDigit(refresh.commands)],
    ["a replica without requests, per second", "", "", oneDigit(perSecond)],
  ];
}

function costLine(what: string, { replicaUs, redisUs, commands }: Share): string[] {
  return [what, `${whole(replicaUs)} µs`, `${whole(redisUs)} µs`, oneDigit(commands)];
}

/** From two seconds before this event to the first second without a 503 after the last one. */
function secondsAround({ seconds }: Results, event: string): string[][] {
  const begin = seconds.findIndex(({ events }) => events.includes(event));
  const calm = seconds.findIndex(({ counts }, at) => at > begin + 1 && counts.unavailable === 0);
  return seconds
    .slice(Math.max(0, begin - 2), calm < 0 ? undefined : calm + 2)
    .map(({ at, counts, events }) =>
      [at - begin, kinds.map((kind) => counts[kind]), events.join("; ")].flat().map(String),
    );
}

function table(heads: readonly string[], lines: readonly (readonly string[])[]): string[] {
  return [heads, heads.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`);
}
