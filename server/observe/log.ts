import type { Writable } from "node:stream";
import { pino, type Logger } from "pino";

export type Log = Logger;

const levels: Record<number, string> = { 20: "debug", 30: "info", 40: "warn", 50: "error" };
/** More than this is not queued for a reader that is too slow. */
const mostQueued = 1024 * 1024;

/** One line per event: JSON, or readable text if the stream is a terminal. */
export function createLog(stream: Writable & { readonly isTTY?: boolean } = process.stdout): Log {
  const options = { base: null, timestamp: pino.stdTimeFunctions.isoTime };
  let dropped = 0;
  const log = pino(options, { write });
  return log;

  function write(line: string): void {
    if (dropped === 0 && stream.writableLength < mostQueued)
      return void stream.write(stream.isTTY === true ? readable(line) : line);
    if (dropped++ === 0) stream.once("drain", report);
  }

  function report(): void {
    const count = dropped;
    dropped = 0;
    log.warn({ count }, "log lines dropped: the reader is too slow");
  }
}

function readable(line: string): string {
  const { time, level, msg, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const details = Object.entries(rest).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return [String(time).slice(11, 19), levels[Number(level)], msg, ...details].join("  ") + "\n";
}

/**
 * The codes and messages of an error and its causes. The error objects must not be logged, because some hold an
 * issuer's response with tokens.
 */
export function reasonsOf(error: unknown): string {
  const reasons: string[] = [];
  for (let cause = error; cause instanceof Error && reasons.length < 5; cause = cause.cause) {
    const code = "code" in cause && typeof cause.code === "string" ? cause.code : "";
    // Node's own messages begin with their code.
    const named = code === "" || cause.message.includes(code) ? "" : ` (${code})`;
    reasons.push(`${cause.message}${named}`);
  }
  return reasons.join(": ") || String(error);
}

/** An error's stack, for the log only. */
export function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}
