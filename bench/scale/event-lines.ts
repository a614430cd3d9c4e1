import type { Failover } from "./failover.ts";
import type { Results } from "./simulate.ts";
import { inSeconds, whole } from "./written.ts";

/** What each event did to the visitors: its name and a result. */
export function eventLines(results: Results): string[][] {
  const { failovers, lateMs, lostByRedis, unexplained, answers, signIns, signOuts, refreshes } =
    results;
  return [
    ...failovers.flatMap(failoverLines),
    ...exchangeLines(results),
    ...outageLines(results),
    ...revocationLines(results),
    [
      "whole simulation",
      `${whole(answers)} requests, ${whole(signIns)} sign-ins, ${whole(signOuts)} sign-outs, ${whole(refreshes)} refreshes`,
    ],
    [
      "a 200 after the end of its session",
      lateMs.length === 0
        ? "none"
        : `${lateMs.length}, the last after ${whole(Math.max(...lateMs))} ms`,
    ],
    ["sessions that Redis lost, whose visitors sign in again", String(lostByRedis)],
    ["other sessions lost", String(unexplained.length)],
  ];
}

function failoverLines(failover: Failover): string[][] {
  const { lagMs, promotedMs, lastUnavailableMs, allowed, unavailable, undone, missing } = failover;
  const behind = lagMs === 0 ? "" : `, its replica ${lagMs} ms behind`;
  const share = (100 * unavailable) / Math.max(1, allowed + unavailable);
  return [
    [
      `a primary is killed${behind}`,
      `replica promoted after ${inSeconds(promotedMs)}, last 503 after ${inSeconds(lastUnavailableMs)}, ${whole(unavailable)} of the requests until then (${whole(share)} %)`,
    ],
    [
      `writes that Redis lost${behind}`,
      `${undone.length} sign-outs, which doorward refused all the same; ${missing.length} new sessions`,
    ],
  ];
}

function exchangeLines({ exchange }: Results): string[][] {
  const { retried, startMs, sessions, readMs, readCpuMs } = exchange;
  return [
    ["a replica of doorward is ended", `${whole(retried)} requests sent to the next one, no error`],
    [
      "another one is started",
      `ready after ${inSeconds(startMs)}, has read its ${whole(sessions)} sessions ${inSeconds(readMs)} later (${inSeconds(readCpuMs)} of CPU)`,
    ],
  ];
}

function outageLines({ outage }: Results): string[][] {
  const { seconds, unavailable, lastUnavailableMs, commands, mostPerSecond, busiestShare, visits } =
    outage;
  return [
    [
      `Redis does not respond for ${seconds} s`,
      `${whole(unavailable)} answers of 503, the last ${inSeconds(lastUnavailableMs)} after it responds again`,
    ],
    [
      "the sessions are read again",
      `${whole(commands)} commands for ${whole(visits)} requests, at most ${whole(mostPerSecond)} per second; the busiest primary answered ${whole(100 * busiestShare)} %`,
    ],
  ];
}

function revocationLines({ revocation }: Results): string[][] {
  const { sessions, commandMs, lastAllowedMs } = revocation;
  return [
    [
      "all sessions are revoked",
      `${whole(sessions)} sessions by one command of ${inSeconds(commandMs)}; the last 200 began ${whole(lastAllowedMs)} ms after it`,
    ],
  ];
}
