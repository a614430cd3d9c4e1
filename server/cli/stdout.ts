import type { Writable } from "node:stream";
import { reasonsOf } from "../observe/log.ts";

/** 128 + SIGPIPE: the exit code of a program whose reader leaves, such as `head`. Node itself ignores that signal. */
const readerLeft = 141;
const notWritten = 2;

/** stdout, for a command. If it cannot be written, the command ends: what it printed is incomplete. */
export function stdout(): Writable {
  if (!process.stdout.listeners("error").includes(end)) process.stdout.on("error", end);
  return process.stdout;
}

function end(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(readerLeft);
  process.stderr.write(`doorward: cannot write the output: ${reasonsOf(error)}\n`);
  process.exit(notWritten);
}
