import type { Writable } from "node:stream";
import { pino, type Logger } from "pino";
import type { LineLevel } from "./line-level.ts";
import { LogOutput, surviveErrors } from "./log-output.ts";

export type Log = Logger;

const levels: Record<number, string> = { 20: "debug", 30: "info", 40: "warn", 50: "error" };

/** The settings of a log. */
interface LogSettings {
  readonly level: LineLevel;
  /** undefined = readable text if the stream is a terminal. */
  readonly format?: "json" | "pretty" | undefined;
}

interface Own {
  format: LogSettings["format"];
  /** The same log, for the lines that visitors cause. */
  readonly ofVisitors: Log;
}

/** What `createLog` keeps of each log. */
const owned = new WeakMap<Log, Own>();

/** Applies settings to a log. A log of another maker keeps its format. */
export function setLog(log: Log, { level, format }: LogSettings): void {
  log.level = level;
  const own = owned.get(log);
  if (own === undefined) return;
  own.format = format;
  own.ofVisitors.level = level;
}

/** The same log for lines that visitors cause, which a slow reader loses first. A log of another maker has only one. */
export function logOfVisitors(log: Log): Log {
  return owned.get(log)?.ofVisitors ?? log;
}

/** One line per event: JSON, or readable text if the stream is a terminal. */
export function createLog(stream: Writable & { readonly isTTY?: boolean } = process.stdout): Log {
  const options = { base: null, timestamp: pino.stdTimeFunctions.isoTime };
  const output = new LogOutput({
    stream,
    format: (line) => (isReadable() ? readable(line) : line),
    onLost: (lost, failure) => {
      if (failure === undefined) log.warn(lost, "log lines dropped: the reader is too slow");
      else log.warn({ ...lost, reason: reasonsOf(failure) }, "log lines lost: writing them failed");
    },
    onFailure: (failure) => {
      if (stream !== process.stderr) reportOnStderr(failure);
    },
  });
  const log = pino(options, { write: (line: string) => output.write(line) });
  const ofVisitors = pino(options, { write: (line: string) => output.writeOfVisitors(line) });
  const own: Own = { format: undefined, ofVisitors };
  owned.set(log, own);
  return log;

  function isReadable(): boolean {
    return own.format === undefined ? stream.isTTY === true : own.format === "pretty";
  }
}

/** It may be on the same full disk. */
function reportOnStderr(failure: Error): void {
  surviveErrors(process.stderr);
  const reason = reasonsOf(failure);
  process.stderr.write(`doorward: cannot write the log, and continues without it: ${reason}\n`);
}

function readable(line: string): string {
  const { time, level, msg, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const details = Object.entries(rest).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  // The time is UTC: a `Z` says so.
  const parts = [`${String(time).slice(11, 19)}Z`, levels[Number(level)], msg, ...details];
  return `${escaped(parts.join("  "))}\n`;
}

/** A visitor's text must not control a terminal, or change the order in which it shows a line. JSON leaves these. */
function escaped(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
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
