import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "./free-port.ts";
import type { Listening } from "./doubles/double.ts";
import { createCertificate, hasCertificate } from "./tls.ts";

/** The surroundings of a proxy under test. */
export interface Wiring {
  /** The output of `doorward config` for this proxy. */
  readonly files: ReadonlyMap<string, string>;
  readonly doorwardPort: number;
  readonly appPort: number;
  /** The public hosts; the proxy needs a certificate for each. */
  readonly hosts: readonly string[];
  /** The port of the generated sites, if it is not the scheme's default. */
  readonly ownPort?: number;
  /** The path of the proxy, if not the one of Debian's package. */
  readonly program?: string;
}

export interface Ports {
  readonly http: number;
  readonly https: number;
}

export interface Proxy extends Ports {
  /** What the program wrote so far, its access log too; a double writes none. */
  output?(): string;
  stop(): Promise<void>;
}

interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const startTimeoutMs = 15_000;
const attempts = 3; // another process may take a free port before the proxy binds it

/** Runs a proxy with the files that `prepare` writes to a new folder, and waits until it serves all hosts. */
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
        const served = await Promise.all(hosts.map((host) => hasCertificate(ports.https, host)));
        return served.every(Boolean);
      });
      return { ...ports, output: () => stop.output(), stop: () => stop.now() };
    } catch (error) {
      failures.push(error);
      await stop.now();
    }
  }
  throw new AggregateError(failures, `the proxy did not start: ${failures.join("\n")}`);
}

/** The same for a double, which runs in this process. */
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
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr]: [string[], string[]] = [[], []];
  child.stdout.on("data", (chunk: Buffer) => stdout.push(String(chunk)));
  child.stderr.on("data", (chunk: Buffer) => stderr.push(String(chunk)));
  const killChild = () => child.kill();
  process.once("exit", killChild);
  await once(child, "spawn");

  return {
    async until(isReady: () => Promise<boolean>): Promise<void> {
      const deadline = Date.now() + startTimeoutMs;
      while (!(await isReady())) {
        if (hasEnded(child) || Date.now() > deadline) throw new Error(stderr.join(""));
        await pause(20);
      }
    },
    output(): string {
      const file = join(folder, "access.log");
      return [...stdout, ...stderr, existsSync(file) ? readFileSync(file, "utf8") : ""].join("");
    },
    async now(): Promise<void> {
      process.off("exit", killChild);
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
 * Replaces addresses and paths in generated files, and nothing else. Throws if a value to replace occurs in no file, so
 * that no replacement is silently skipped.
 */
export function rewired(
  files: ReadonlyMap<string, string>,
  changes: Readonly<Record<string, string>>,
): Map<string, string> {
  const changed = new Map(files);
  for (const [printed, ours] of Object.entries(changes)) {
    if (![...files.values()].some((text) => text.includes(printed)))
      throw new Error(`no file contains ${printed}`);
    // Not the first digits of a longer number: a free port may begin like a printed one.
    const whole = new RegExp(`${RegExp.escape(printed)}(?!\\d)`, "g");
    for (const [name, text] of changed)
      changed.set(
        name,
        text.replace(whole, () => ours),
      );
  }
  return changed;
}
