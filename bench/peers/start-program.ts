import { setTimeout as pause } from "node:timers/promises";
import { answers } from "../ask.ts";
import { startPinned, stop } from "../process.ts";
import type { Server } from "../server.ts";

const timeoutMs = 30_000;

/** Starts a program on the measured core, and waits until it answers requests to this path. */
export async function startProgram(
  name: string,
  { port, path }: { port: number; path: string },
  words: readonly string[],
): Promise<Server> {
  const child = startPinned("measured", words);
  let output = "";
  child.stdout?.on("data", (chunk) => {
    output = (output + String(chunk)).slice(-8_192);
  });
  const deadline = Date.now() + timeoutMs;
  // These programs have no ready signal.
  while (!(await answers(port, path))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop(child);
      throw new Error(`${name} does not answer: ${output}`);
    }
    await pause(2);
  }
  return { name, port, pid: child.pid ?? 0, close: () => stop(child) };
}
