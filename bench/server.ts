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

/** A server on the measured core, in Node, once it says that it listens. */
export async function startServer(
  name: string,
  port: number,
  words: readonly string[],
): Promise<Server> {
  const child = startPinned("measured", [process.execPath, ...words], { cwd: root });
  let said = "";
  const listening = new Promise<void>((resolve) => {
    child.stdout?.on("data", (chunk) => {
      said += String(chunk);
      if (said.includes("listening")) resolve();
    });
  });
  const ended = once(child, "exit").then(() => {
    throw new Error(`${name} has ended: ${said}`);
  });
  await Promise.race([listening, ended]);
  ended.catch(() => undefined); // from here on it is we who end it
  return { name, port, pid: child.pid ?? 0, close: () => stop(child) };
}
