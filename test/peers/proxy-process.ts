import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "./free-port.ts";
import type { Listening } from "./doubles/double.ts";
import { createCertificate, speaksTls } from "./tls.ts";

/** What a proxy of the tests is to stand between. */
export interface Wiring {
  /** What `doorward config` prints for this proxy. */
  readonly files: ReadonlyMap<string, string>;
  readonly doorwardPort: number;
  readonly appPort: number;
  /** The public hosts, for each of which it has to hold a certificate. */
  readonly hosts: readonly string[];
  /** The port of the printed sites, where it is none of their scheme's own. */
  readonly ownPort?: number;
}

export interface Ports {
  readonly http: number;
  readonly https: number;
}

export interface Proxy extends Ports {
  stop(): Promise<void>;
}

interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const patienceMs = 15_000;
const attempts = 3; // a free port may be somebody else's by the time the proxy takes it

/** Runs a proxy from what `prepare` writes into a folder of its own, and waits until it serves all hosts. */
export async function startProxy(
  { hosts, ownPort }: Wiring,
  prepare: (folder: string, ports: Ports) => Promise<Command>,
): Promise<Proxy> {
  const failures: unknown[] = [];
  while (failures.length < attempts) {
    const folder = await mkdtemp(join(tmpdir(), "doorward-proxy-"));
    const ports = { http: await freePort(), https: ownPort ?? (await freePort()) };
    const stop = await run(await prepare(folder, ports), folder);
    try {
      await stop.until(async () => {
        const served = await Promise.all(hosts.map((host) => speaksTls(ports.https, host)));
        return served.every(Boolean);
      });
      return { ...ports, stop: () => stop.now() };
    } catch (error) {
      failures.push(error);
      await stop.now();
    }
  }
  throw new AggregateError(failures, `the proxy does not start: ${failures.join("\n")}`);
}

/** The same of a double, which runs in this process. */
export async function startStandIn(
  { hosts, ownPort }: Wiring,
  start: (folder: string, listening: Listening) => Promise<Proxy>,
): Promise<Proxy> {
  const folder = await mkdtemp(join(tmpdir(), "doorward-proxy-"));
  const certificate = join(folder, "example.com");
  createCertificate(certificate, hosts);
  const double = await start(folder, { ownPort, certificate, hosts });
  return {
    ...double,
    async stop() {
      await double.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function run({ program, args, environment = {} }: Command, folder: string) {
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin`, ...environment },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const said: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => said.push(String(chunk)));
  const dieWithUs = () => child.kill();
  process.once("exit", dieWithUs);
  await once(child, "spawn");

  return {
    async until(isReady: () => Promise<boolean>): Promise<void> {
      const deadline = Date.now() + patienceMs;
      while (!(await isReady())) {
        if (hasEnded(child) || Date.now() > deadline) throw new Error(said.join(""));
        await pause(20);
      }
    },
    async now(): Promise<void> {
      process.off("exit", dieWithUs);
      if (!hasEnded(child)) {
        child.kill();
        await once(child, "exit");
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/**
 * Printed files with addresses and paths changed, and nothing else. A value that stands in none of them would
 * leave something unchanged unseen.
 */
export function rewired(
  files: ReadonlyMap<string, string>,
  changes: Readonly<Record<string, string>>,
): Map<string, string> {
  const changed = new Map(files);
  for (const [printed, ours] of Object.entries(changes)) {
    if (![...files.values()].some((text) => text.includes(printed)))
      throw new Error(`no file says ${printed}`);
    for (const [name, text] of changed) changed.set(name, text.replaceAll(printed, ours));
  }
  return changed;
}
