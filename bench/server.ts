import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { startPinned, stop } from "./process.ts";

export interface Server {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  close(): Promise<void>;
}

export const root = fileURLToPath(new URL("..", import.meta.url));

/** Starts a Node server on the measured core; resolves when it prints "listening". */
export async function startServer(
  name: string,
  port: number,
  words: readonly string[],
): Promise<Server> {
  const child = startPinned("measured", [process.execPath, ...words], { cwd: root });
  let output = "";
  const listening = new Promise<void>((resolve) => {
    child.stdout?.on("data", (chunk) => {
      output += String(chunk);
      if (output.includes("listening")) resolve();
    });
  });
  const ended = once(child, "exit").then(() => {
    throw new Error(`${name} exited: ${output}`);
  });
  await Promise.race([listening, ended]);
  ended.catch(() => undefined); // from here on, this process stops it
  return { name, port, pid: child.pid ?? 0, close: () => stop(child) };
}
