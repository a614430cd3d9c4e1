import { callsBetween, sentCommands } from "./command-stats.ts";
import { waitSeconds, type World } from "./world.ts";

const outageSeconds = 2;
const sampleSeconds = 0.5;

/** All of Redis did not respond for some seconds; then every session was read again. */
export interface Outage {
  readonly seconds: number;
  readonly unavailable: number;
  readonly allowed: number;
  /** The last 503, milliseconds after Redis responded again. */
  readonly lastUnavailableMs: number;
  /** Commands of the first visits of all people afterwards, in all and in the busiest half second. */
  readonly commands: number;
  readonly mostPerSecond: number;
  /** The part of them that the busiest primary answered. */
  readonly busiestShare: number;
  readonly visits: number;
}

export async function outage(world: World): Promise<Outage> {
  const { redis, traffic, amounts, timeline } = world;
  traffic.pace({ visits: amounts.visits });
  await waitSeconds(1);
  const from = timeline.seconds.length;
  timeline.mark(performance.now(), "Redis stops responding");
  await redis.all("client", "pause", String(outageSeconds * 1_000), "all");
  const first = await redis.read(); // waits for the end of the pause
  const backAt = performance.now();
  timeline.mark(backAt, "Redis responds again");
  const during = timeline.seconds.slice(from - 1);
  const before = traffic.answers;
  const period = amounts.people / amounts.visits;
  let [previous, most, at] = [first, 0, backAt];
  while (performance.now() - backAt < period * 1_000) {
    await waitSeconds(sampleSeconds);
    const next = await redis.read();
    const now = performance.now();
    const sent = sentCommands(callsBetween(previous.calls, next.calls));
    most = Math.max(most, sent / ((now - at) / 1_000));
    [previous, at] = [next, now];
  }
  const ofEach = previous.callsOfEach.map((calls, primary) =>
    sentCommands(callsBetween(first.callsOfEach[primary] ?? new Map(), calls)),
  );
  const commands = ofEach.reduce((sum, one) => sum + one, 0);
  return {
    seconds: outageSeconds,
    unavailable: during.reduce((sum, { counts }) => sum + counts.unavailable, 0),
    allowed: during.reduce((sum, { counts }) => sum + counts.allowed, 0),
    lastUnavailableMs: Math.max(0, traffic.unavailableAt - backAt),
    commands,
    mostPerSecond: most,
    busiestShare: Math.max(...ofEach) / commands,
    visits: traffic.answers - before,
  };
}
