import { setTimeout as pause } from "node:timers/promises";
import { answers } from "../ask.ts";
import { startPinned, stop } from "../process.ts";
import type { Server } from "../server.ts";

const timeoutMs = 30_000;

/** A program to run. */
export interface Program {
  readonly name: string;
  readonly port: number;
  readonly words: readonly string[];
}

/** Starts a program on the measured core, and waits for its first response to a request for this path. */
export async function startProgram({ name, port, words }: Program, path: string): Promise<Server> {
  const child = startPinned("measured", words, { stderr: "pipe" });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk) => {
      output = (output + String(chunk)).slice(-8_192);
    });
  const deadline = Date.now() + timeoutMs;
  // These programs have no ready signal.
  while (!(await answers(port, path))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop(child);
      throw new Error(`${name} does not answer on port ${port}: ${output}`);
    }
    await pause(2);
  }
  return { name, port, pid: child.pid ?? 0, close: () => stop(child) };
}
