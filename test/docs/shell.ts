import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { root } from "../../docs/source-files.ts";

/** A shell function: `doorward` of this checkout. */
export const doorwardFunction = `doorward() { "${process.execPath}" "${join(root, "server/cli/doorward.js")}" "$@"; }`;

interface Surroundings {
  readonly cwd: string;
  /** Lines in front of the commands, such as functions in place of programs. */
  readonly setUp?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** What the operator types or pastes. */
  readonly input?: string;
}

/** Starts commands of a document with bash, which stops at the first that fails. */
export function startShell(
  commands: string,
  { cwd, setUp = doorwardFunction, environment = {}, input = "" }: Surroundings,
) {
  // Without --norc, bash reads bashrc if its standard input is a socket, as Node's pipes are.
  const options = ["--norc", "-euo", "pipefail", "-c", `${setUp}\n${commands}`];
  const child = spawn("bash", options, {
    cwd,
    env: { HOME: cwd, PATH: `${process.env.PATH}:/usr/sbin`, ...environment },
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => undefined); // commands may end without reading it
  child.stdin.end(input);
  return child;
}

/** Runs commands of a document, and returns their standard output. Throws if one of them fails. */
export async function runShell(commands: string, surroundings: Surroundings): Promise<string> {
  const child = startShell(commands, surroundings);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  if (code !== 0)
    throw new Error(`the commands exited with ${code}:\n${commands}\n${stdout}${stderr}`);
  return stdout;
}
