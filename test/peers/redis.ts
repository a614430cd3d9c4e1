import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "./free-port.ts";
import { createCertificate } from "./tls.ts";

const execute = promisify(execFile);

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  readonly folder: string;
  /** The output of `redis-cli` for this command. */
  cli(...words: string[]): Promise<string>;
  /** SIGSTOP and SIGCONT: the server keeps its connections but does not respond. */
  pause(): void;
  resume(): void;
  /** `kill -9`; resolves when the process has exited. */
  kill(): Promise<void>;
  /** Starts it again with the same port and files; resolves when it accepts commands. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

interface RedisSettings {
  /** The server's program, if not Debian's Redis. */
  readonly program?: string;
  readonly port?: number;
  /** Additional lines of redis.conf; `{folder}` and `{port}` are replaced. */
  readonly lines?: readonly string[];
  /** Arguments after the file: `--sentinel`. */
  readonly words?: readonly string[];
  /** The log line of a server that is ready. */
  readonly readyLine?: RegExp;
  /** Arguments that `redis-cli` needs for authentication. */
  readonly cliWords?: readonly string[];
  /** Prepares files in the server's folder. */
  readonly prepare?: (folder: string) => void;
}

/** The real Redis on a free loopback port, in a new folder, with an append-only file that is synced on each write. */
export async function startRedis(settings: RedisSettings = {}): Promise<RedisServer> {
  const {
    program = "redis-server",
    words = [],
    lines = [],
    readyLine = /Ready to accept connections/,
  } = settings;
  const port = settings.port ?? (await freePort());
  const folder = await mkdtemp(join(tmpdir(), "doorward-redis-"));
  settings.prepare?.(folder);
  const common = ["bind 127.0.0.1", `port ${port}`, `dir ${folder}`, 'save ""'];
  const persistent = words.length > 0 ? [] : ["appendonly yes", "appendfsync always"];
  const all = [...common, ...persistent, ...lines];
  const file = all.join("\n").replaceAll("{folder}", folder).replaceAll("{port}", String(port));
  await writeFile(join(folder, "redis.conf"), file);
  const start = () => launch(program, ["redis.conf", ...words], folder, readyLine);
  let child = await start();
  const cliWords = ["-p", String(port), ...(settings.cliWords ?? [])];
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const end = once(child, "exit");
    child.kill("SIGKILL");
    await end;
  };
  return {
    port,
    folder,
    url: `redis://127.0.0.1:${port}`,
    cli: async (...asked) =>
      (await execute("redis-cli", [...cliWords, ...asked], { cwd: folder })).stdout.trim(),
    pause: () => void child.kill("SIGSTOP"),
    resume: () => void child.kill("SIGCONT"),
    kill,
    async restart() {
      await kill();
      child = await start();
    },
    async close() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function launch(
  program: string,
  words: readonly string[],
  cwd: string,
  readyLine: RegExp,
): Promise<ChildProcess> {
  const child = spawn(program, words, { cwd, stdio: ["ignore", "pipe", "ignore"] });
  const killChild = () => child.kill("SIGKILL");
  process.once("exit", killChild);
  child.once("exit", () => process.off("exit", killChild));
  const ready = Promise.withResolvers<void>();
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += String(chunk);
    if (readyLine.test(output)) ready.resolve();
  });
  child.once("exit", () => ready.reject(new Error(`${program} exited: ${output}`)));
  await ready.promise;
  return child;
}

/** Settings of a Redis that accepts only TLS, with a self-signed certificate for `localhost`. */
export const tlsOnly: RedisSettings = {
  prepare: (folder) => createCertificate(join(folder, "redis"), ["localhost"]),
  lines: [
    "port 0",
    "tls-port {port}",
    "tls-cert-file {folder}/redis.pem",
    "tls-key-file {folder}/redis.key",
    "tls-ca-cert-file {folder}/redis.pem",
    "tls-auth-clients optional",
  ],
};
