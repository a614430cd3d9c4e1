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
  /** What `redis-cli` answers to these words. */
  cli(...words: string[]): Promise<string>;
  /** SIGSTOP and SIGCONT: it is there, and silent. */
  pause(): void;
  resume(): void;
  /** `kill -9`; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again, on the same port and files; resolves when it takes commands. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface RedisSettings {
  readonly port?: number;
  /** Lines of redis.conf beyond the usual; `{folder}` and `{port}` are the server's own. */
  readonly lines?: readonly string[];
  /** Words after the file: `--sentinel`. */
  readonly words?: readonly string[];
  /** What it logs once it can be used. */
  readonly readyLine?: RegExp;
  /** What `redis-cli` needs to be let in. */
  readonly cliWords?: readonly string[];
  /** Prepares files in the server's folder. */
  readonly prepare?: (folder: string) => void;
}

/** The real Redis on a free port of the loopback, in a folder of its own, writing each change to its log. */
export async function startRedis(settings: RedisSettings = {}): Promise<RedisServer> {
  const { words = [], lines = [], readyLine = /Ready to accept connections/ } = settings;
  const port = settings.port ?? (await freePort());
  const folder = await mkdtemp(join(tmpdir(), "doorward-redis-"));
  settings.prepare?.(folder);
  const common = ["bind 127.0.0.1", `port ${port}`, `dir ${folder}`, 'save ""'];
  const persistent = words.length > 0 ? [] : ["appendonly yes", "appendfsync always"];
  const all = [...common, ...persistent, ...lines];
  const file = all.join("\n").replaceAll("{folder}", folder).replaceAll("{port}", String(port));
  await writeFile(join(folder, "redis.conf"), file);
  const start = () => launch(["redis.conf", ...words], folder, readyLine);
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
  words: readonly string[],
  cwd: string,
  readyLine: RegExp,
): Promise<ChildProcess> {
  const child = spawn("redis-server", words, { cwd, stdio: ["ignore", "pipe", "ignore"] });
  const dieWithUs = () => child.kill("SIGKILL");
  process.once("exit", dieWithUs);
  child.once("exit", () => process.off("exit", dieWithUs));
  const ready = Promise.withResolvers<void>();
  let said = "";
  child.stdout.on("data", (chunk) => {
    said += String(chunk);
    if (readyLine.test(said)) ready.resolve();
  });
  child.once("exit", () => ready.reject(new Error(`redis-server ended: ${said}`)));
  await ready.promise;
  return child;
}

/** What a Redis needs that speaks TLS alone, with a certificate of its own for `localhost`. */
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
