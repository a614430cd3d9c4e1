import { rm } from "node:fs/promises";
import { writeLoad } from "../load.ts";
import { figures, ratios, enough, takeTurns, warmUp, type Pair, type Turns } from "../turns.ts";
import type { Result } from "./comparison.ts";
import type { Gatekeeper } from "./gatekeeper.ts";
import type { Session } from "./sign-in.ts";
import { expectAllowed, verifyLoad, type Shapes } from "./verify-load.ts";

/** Compiled programs are fast from the beginning. */
const enoughCompiled = 5_000;

/** Compares the CPU time of a request that is allowed. */
export async function compareRequests(
  gatekeepers: Pair<Gatekeeper>,
  sessions: Pair<Session>,
  shapes: Shapes,
  amount: { rounds: number; seconds: number },
): Promise<Result> {
  const targets = {
    door: await targetOf(gatekeepers.door, sessions.door, shapes),
    other: await targetOf(gatekeepers.other, sessions.other, shapes),
  };
  await warmUp(targets.door, enough);
  await warmUp(targets.other, enoughCompiled);
  const turns = await takeTurns(targets, amount);
  for (const name of ["door", "other"] as const) {
    await expectAllowed(gatekeepers[name], [sessions[name]], shapes);
    const refused = turns[name].reduce((sum, one) => sum + one.refused, 0);
    if (refused > 0) throw new Error(`${gatekeepers[name].name} refused ${refused} requests`);
  }
  await Promise.all(Object.values(targets).map(({ folder }) => rm(folder, { recursive: true })));
  const cpu = (name: keyof Turns) => turns[name].map((one) => one.cpuMicroseconds);
  return {
    ratio: ratios(cpu("door"), cpu("other")),
    door: described(turns.door),
    other: described(turns.other),
  };
}

async function targetOf(gatekeeper: Gatekeeper, session: Session, shapes: Shapes) {
  await expectAllowed(gatekeeper, [session], shapes);
  const folder = await writeLoad(verifyLoad(gatekeeper, [session], shapes));
  return { port: gatekeeper.port, pids: [gatekeeper.pid], folder };
}

function described(measured: Turns["door"]): string {
  const cpu = figures(measured, "cpuMicroseconds").median.toFixed(1);
  return `${cpu} µs, ${figures(measured, "perSecond").median.toFixed(0)}/s`;
}
