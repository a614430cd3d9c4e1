import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly port: number;
}

interface Child {
  end(): Promise<void>;
}

const startTimeoutMs = 10_000;

/** Runs a proxy and waits until it listens. If it does not, the error contains its stderr. */
export async function startChild({ program, args, env, port }: Command): Promise<Child> {
  // Another server on the port would be mistaken for the proxy.
  if (await answers(port)) throw new Error(`port ${port} is in use: ${program} cannot start`);
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const stderr: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => {
    stderr.push(chunk.toString());
    stderr.splice(0, stderr.length - 20);
  });
  const dieWithUs = () => child.kill();
  process.once("exit", dieWithUs);
  const exited = once(child, "exit").finally(() => process.off("exit", dieWithUs));
  // A program that cannot be started emits "error" and no "exit"; this ends the wait below.
  const failed = exited.then(() => false).catch(() => false);
  const listens = await Promise.race([failed, untilListening(port, child)]);
  if (listens) return { end: () => end(child, exited) };
  await end(child, exited).catch(() => undefined);
  throw new Error(`${program} did not start; try --proxy own. stderr:\n${stderr.join("").trim()}`);
}

/** nginx and Caddy have no ready signal that all their versions share, so this polls the port. */
async function untilListening(port: number, child: ChildProcess): Promise<boolean> {
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline && !hasEnded(child)) {
    if (await answers(port)) return true;
    await pause(25);
  }
  return false;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function end(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  if (hasEnded(child)) return;
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 2_000);
  await exited;
  clearTimeout(timer);
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
