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

export interface Child {
  end(): Promise<void>;
}

const patienceMs = 10_000;

/** Runs a proxy and waits until it listens. If it does not, the error holds what it said. */
export async function startChild({ program, args, env, port }: Command): Promise<Child> {
  // Whoever is there already would be taken for the proxy.
  if (await answers(port)) throw new Error(`port ${port} is taken: ${program} cannot start`);
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const said: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => {
    said.push(chunk.toString());
    said.splice(0, said.length - 20);
  });
  const dieWithUs = () => child.kill();
  process.once("exit", dieWithUs);
  const exited = once(child, "exit").finally(() => process.off("exit", dieWithUs));
  // A program that cannot even be started has no "exit", only an "error", which ends the waiting below.
  const failed = exited.then(() => false).catch(() => false);
  const listens = await Promise.race([failed, untilListening(port, child)]);
  if (listens) return { end: () => end(child, exited) };
  await end(child, exited).catch(() => undefined);
  throw new Error(`${program} did not start; try --proxy own. It said:\n${said.join("").trim()}`);
}

/** Neither nginx nor Caddy tells when it is ready in a way that all their versions share, so we knock. */
async function untilListening(port: number, child: ChildProcess): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
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
