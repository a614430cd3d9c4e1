import { setTimeout as pause } from "node:timers/promises";
import { rssMb } from "../process.ts";
import { inRounds, ratios, spreadOf } from "../turns.ts";
import type { Result } from "./comparison.ts";
import { executable, fromSource } from "./doorward.ts";
import type { Field } from "./field.ts";
import type { PreparedGatekeeper } from "./gatekeeper.ts";
import { startProgram } from "./start-program.ts";

const settleMs = 500;

/** What the starts of a program showed, one entry a round. */
interface StartUps {
  readonly readyMs: readonly number[];
  readonly idleMb: readonly number[];
}

const doorwards = [
  { suffix: "", program: fromSource },
  { suffix: "Executable", program: executable },
];

/** Starts and idle memory, by key: all programs in turns, doorward from its source and from the executable. */
export async function compareStartUps(field: Field, rounds: number): Promise<[string, Result][]> {
  // Where the sessions of a peer are makes no difference without sessions.
  const present = field.present.filter(({ variant }) => !variant.usesRedis);
  const programs = await Promise.all([
    ...doorwards.map(({ program }) => field.prepareDoorward(false, program)),
    ...present.map(({ prepare }) => prepare()),
  ]);
  await inRounds(programs, 1, startUp); // warms the disk cache
  const found = (await inRounds(programs, rounds, startUp)).map((seen) => ({
    readyMs: seen.map((one) => one.readyMs),
    idleMb: seen.map((one) => one.idleMb),
  }));
  await Promise.all(programs.map((program) => program.remove()));
  return doorwards.flatMap(({ suffix }, index) =>
    present.flatMap(({ variant: { id } }, place): [string, Result][] => {
      const [door, other] = [found[index], found[doorwards.length + place]];
      if (door === undefined || other === undefined) return [];
      return [
        [`ready${suffix}${id}`, compareReady(door, other)],
        [`idle${suffix}${id}`, compareIdle(door, other)],
      ];
    }),
  );
}

async function startUp(program: PreparedGatekeeper): Promise<{ readyMs: number; idleMb: number }> {
  const began = performance.now();
  const server = await startProgram(program, program.verify.path);
  const readyMs = performance.now() - began;
  await pause(settleMs);
  const idleMb = rssMb(server.pid);
  await server.close();
  return { readyMs, idleMb };
}

function compareReady(door: StartUps, other: StartUps): Result {
  const described = ({ readyMs }: StartUps) => `${spreadOf(readyMs).median.toFixed(0)} ms`;
  return {
    ratio: ratios(door.readyMs, other.readyMs),
    door: described(door),
    other: described(other),
  };
}

function compareIdle(door: StartUps, other: StartUps): Result {
  const described = ({ idleMb }: StartUps) => `${spreadOf(idleMb).median.toFixed(1)} MiB`;
  return {
    ratio: ratios(door.idleMb, other.idleMb),
    door: described(door),
    other: described(other),
  };
}
