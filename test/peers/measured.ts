import { fileURLToPath } from "node:url";
import * as v from "valibot";
import type { DoorwardProcess } from "./process.ts";

const module = fileURLToPath(new URL("measuring.ts", import.meta.url));

/** The environment of a process that `measure` can ask. */
export const measuring = { NODE_OPTIONS: `--expose-gc --import=${module}` };

const figures = v.object({ heapMb: v.number(), rssMb: v.number(), blockedMs: v.number() });
export type Figures = v.InferOutput<typeof figures>;

const asked = new WeakMap<DoorwardProcess, number>();

/** Memory after a garbage collection, and the longest computation without a pause since the last call. */
export async function measure(doorward: DoorwardProcess): Promise<Figures> {
  const times = (asked.get(doorward) ?? 0) + 1;
  asked.set(doorward, times);
  doorward.signal("SIGUSR2");
  const found = await doorward.logged("measured", times);
  return v.parse(figures, found.at(-1));
}
