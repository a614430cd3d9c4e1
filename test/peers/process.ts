import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { testSecret } from "./doorward.ts";
import { freePort } from "./free-port.ts";

const source = fileURLToPath(new URL("../../server/cli/doorward.js", import.meta.url));
/** `npm run test:executable` sets it, to the program that `npm run build` made. */
const executable = process.env.DOORWARD_TEST_EXECUTABLE;
/** What runs doorward: the single executable, or Node with the source. */
const [program, ...first] =
  executable === undefined ? [process.execPath, source] : ([executable] as const);

interface Finished {
  /** null = ended by a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `doorward …` as from a shell. It gets only PATH from the test's environment. */
export async function runDoorward(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  folder = tmpdir(),
): Promise<Finished> {
  const child = start(words, environment, folder);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  return { code, stdout, stderr };
}

/** Runs a script of Bash, in which `"$@"` is doorward. The redirections of a process can be tested only so. */
export function startInShell(script: string, environment: Readonly<Record<string, string>> = {}) {
  return spawn("bash", ["-c", script, "bash", program, ...first], {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function start(
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
  cwd: string,
) {
  return spawn(program, [...first, ...words], {
    cwd,
    env: { PATH: process.env.PATH, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

export interface ConfigFile {
  readonly path: string;
  readonly folder: string;
  remove(): Promise<void>;
}

export async function writeConfig(config: object | string): Promise<ConfigFile> {
  const folder = await mkdtemp(join(tmpdir(), "doorward-test-"));
  const path = join(folder, typeof config === "string" ? "doorward.yaml" : "doorward.json");
  await writeFile(path, typeof config === "string" ? config : JSON.stringify(config));
  return { path, folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Replaces a file atomically, as editors and Kubernetes do. */
export async function replaceFile(path: string, content: string): Promise<void> {
  await writeFile(`${path}.new`, content);
  await rename(`${path}.new`, path);
}

export interface DoorwardProcess {
  /** Its configuration; a test may write other files to the same folder. */
  readonly file: ConfigFile;
  readonly port: number;
  readonly site: string;
  readonly pid: number;
  stdout(): string;
  /** Waits for this number of events with the message, and returns them. */
  logged(message: string, times?: number): Promise<Record<string, unknown>[]>;
  readonly exit: Promise<Finished>;
  /** Sends raw bytes on a new socket; resolves with the response when doorward closes the socket. */
  raw(bytes: string | Buffer): Promise<string>;
  signal(name: NodeJS.Signals): void;
  /** Reads no more from its stdout, as a log collector that has ended. */
  hangUp(): void;
  close(): Promise<void>;
}

/** A complete configuration; by default its issuer is unreachable. */
export function settingsFor(port: number, issuer = "http://127.0.0.1:9"): Record<string, unknown> {
  return {
    url: `http://localhost:${port}/_auth`,
    secret: testSecret,
    storage: { driver: "memory" },
    providers: {
      company: { type: "oidc", issuer, clientId: "door", clientSecret: "x".repeat(20) },
    },
    access: { anyone: true },
    listen: { host: "127.0.0.1", port },
  };
}

/** Starts `doorward serve`, and waits until it listens. */
export async function startProcess(
  settings: (port: number) => Record<string, unknown>,
  environment: Readonly<Record<string, string>> = {},
  words: readonly string[] = [],
): Promise<DoorwardProcess> {
  const port = await freePort();
  const file = await writeConfig(settings(port));
  const child = start(["serve", "--config", file.path, ...words], environment, file.folder);
  let stdout = "";
  child.stdout.on("data", (chunk) => {
    stdout += String(chunk);
  });
  const logged = async (message: string, times = 1) => {
    for (;;) {
      const events = eventsIn(stdout).filter(({ msg }) => msg === message);
      if (events.length >= times) return events;
      await once(child.stdout, "data");
    }
  };
  const exit = Promise.all([text(child.stderr), once(child, "exit")]).then(
    ([stderr, [code]]): Finished => ({ code, stdout, stderr }),
  );
  const ended = exit.then(({ stderr }) => Promise.reject(new Error(`doorward exited: ${stderr}`)));
  await Promise.race([logged("listening"), ended]);
  return {
    file,
    port,
    site: `http://localhost:${port}/_auth`,
    pid: child.pid ?? 0,
    stdout: () => stdout,
    logged: (message, times) => Promise.race([logged(message, times), ended]),
    exit,
    raw: (bytes) => raw(port, bytes),
    signal: (name) => void child.kill(name),
    hangUp: () => void child.stdout.destroy(),
    async close() {
      if (child.exitCode === null) child.kill("SIGKILL");
      await exit;
      await file.remove();
    },
  };
}

/** The last line may be incomplete. */
function eventsIn(stdout: string): Record<string, unknown>[] {
  const lines = stdout.slice(0, stdout.lastIndexOf("\n") + 1).split("\n");
  return lines.filter(Boolean).map((line): Record<string, unknown> => JSON.parse(line));
}

function raw(port: number, bytes: string | Buffer): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined); // doorward may reset the connection after its response
  socket.write(bytes);
  return text(socket).catch(() => "");
}
