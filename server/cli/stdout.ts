import { fstatSync, writeFileSync } from "node:fs";
import { Writable } from "node:stream";
import { reasonsOf } from "../observe/log.ts";

/** 128 + SIGPIPE: the exit code of a program whose reader leaves, such as `head`. Node itself ignores that signal. */
const readerLeft = 141;
const notWritten = 2;

let opened: Writable | undefined;

/** stdout, for a command. If it cannot be written, the command ends: what it printed is incomplete. */
export function stdout(): Writable {
  opened ??= (fstatSync(process.stdout.fd).isFile() ? wholeFile() : process.stdout).on(
    "error",
    end,
  );
  return opened;
}

/** process.stdout ignores that a disk which becomes full takes only the first part of a text. */
function wholeFile(): Writable {
  return new Writable({
    write(chunk: Buffer, _, done) {
      try {
        writeFileSync(process.stdout.fd, chunk);
        done();
      } catch (error) {
        end(error);
      }
    },
  });
}

function end(error: unknown): never {
  if (error instanceof Error && "code" in error && error.code === "EPIPE") process.exit(readerLeft);
  process.stderr.write(`doorward: cannot write the output: ${reasonsOf(error)}\n`);
  process.exit(notWritten);
}
