import { fileURLToPath } from "node:url";
import type { DoorwardProcess } from "./process.ts";

const module = fileURLToPath(new URL("movable-clock.ts", import.meta.url));

/** The environment of a process whose clock `moveClock` can move. */
export const movable = { NODE_OPTIONS: `--import=${module}` };

const moved = new WeakMap<DoorwardProcess, number>();

/** Moves the clock of a doorward a minute ahead; resolves when it has moved. */
export async function moveClock(doorward: DoorwardProcess): Promise<void> {
  const times = (moved.get(doorward) ?? 0) + 1;
  moved.set(doorward, times);
  doorward.signal("SIGUSR2");
  await doorward.logged("clock moved", times);
}
