import { rm } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { writeLoad } from "../load.ts";
import { rssMb } from "../process.ts";
import { enough, inRounds, ratios, spreadOf, warmUp } from "../turns.ts";
import type { Result } from "./comparison.ts";
import { runGatekeeper, type Gatekeeper, type PreparedGatekeeper } from "./gatekeeper.ts";
import type { Session } from "./sign-in.ts";
import { expectAllowed, verifyLoad, type Shapes } from "./verify-load.ts";

const settleMs = 500;

/** A program with the sessions that it is asked about. */
export interface Crowd {
  readonly prepared: PreparedGatekeeper;
  readonly sessions: readonly Session[];
  readonly shapes: Shapes;
  /** What the sessions take in Redis; `undefined` = they are in cookies. */
  readonly redisMb: number | undefined;
}

/** Resident memory after a request of each session, one entry a round. */
interface CrowdMemory {
  readonly afterMb: readonly number[];
  /** The growth since the last request of the first session alone. */
  readonly grownMb: readonly number[];
  readonly redisMb: number | undefined;
}

/** Starts the programs in turns, and sends a request of each session. */
export async function measureCrowds(
  crowds: readonly Crowd[],
  rounds: number,
): Promise<CrowdMemory[]> {
  const found = await inRounds(crowds, rounds, async (crowd) => ({
    crowd,
    ...(await grow(crowd)),
  }));
  return found.map((seen) => ({
    afterMb: seen.map((one) => one.afterMb),
    grownMb: seen.map((one) => one.grownMb),
    redisMb: seen[0]?.crowd.redisMb,
  }));
}

async function grow({
  prepared,
  sessions,
  shapes,
}: Crowd): Promise<{ afterMb: number; grownMb: number }> {
  const gatekeeper = await runGatekeeper(prepared);
  await expectAllowed(gatekeeper, sessions, shapes);
  // The first memory that a server under load allocates does not belong to sessions.
  await requestInOrder(gatekeeper, sessions.slice(0, 1), shapes, enough);
  const beforeMb = rssMb(gatekeeper.pid);
  await requestInOrder(gatekeeper, sessions, shapes, sessions.length);
  await pause(settleMs);
  const afterMb = rssMb(gatekeeper.pid);
  await expectAllowed(gatekeeper, sessions, shapes);
  await gatekeeper.close();
  return { afterMb, grownMb: afterMb - beforeMb };
}

async function requestInOrder(
  gatekeeper: Gatekeeper,
  sessions: readonly Session[],
  shapes: Shapes,
  least: number,
): Promise<void> {
  const folder = await writeLoad(verifyLoad(gatekeeper, sessions, shapes));
  await warmUp({ port: gatekeeper.port, pids: [gatekeeper.pid], folder, order: "each" }, least);
  await rm(folder, { recursive: true });
}

export function compareCrowds(door: CrowdMemory, other: CrowdMemory): Result {
  return {
    ratio: ratios(door.afterMb, other.afterMb),
    door: described(door),
    other: described(other),
  };
}

function described({ afterMb, grownMb, redisMb }: CrowdMemory): string {
  const [after, grown] = [afterMb, grownMb].map((values) => spreadOf(values).median.toFixed(0));
  const stored = redisMb === undefined ? "" : `; in Redis ${redisMb.toFixed(0)} MiB`;
  return `${after} MiB (grown by ${grown})${stored}`;
}
