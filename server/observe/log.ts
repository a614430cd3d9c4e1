import type { Writable } from "node:stream";
import { pino, type Logger } from "pino";
import type { LineLevel } from "./line-level.ts";

export type Log = Logger;

const levels: Record<number, string> = { 20: "debug", 30: "info", 40: "warn", 50: "error" };
/** More than this is not queued for a reader that is too slow. */
const mostQueued = 1024 * 1024;
/** The part of it for lines that visitors cause: a flood of them must not push out a sign-in or a revocation. */
const mostOfVisitors = mostQueued / 2;
const reportAfterMs = 5_000;

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
  const dropped = { count: 0, ofVisitors: 0 };
  let timer: NodeJS.Timeout | undefined;
  const ofVisitors = pino(options, { write: writeOfVisitors });
  const log = pino(options, { write });
  const own: Own = { format: undefined, ofVisitors };
  owned.set(log, own);
  return log;

  function write(line: string): void {
    if (stream.writableLength < mostQueued) stream.write(isReadable() ? readable(line) : line);
    else drop();
  }

  function writeOfVisitors(line: string): void {
    if (dropped.count === 0 && stream.writableLength < mostOfVisitors) return write(line);
    dropped.ofVisitors++;
    drop();
  }

  /** A queue that other lines keep full never drains, so the line about the dropped ones does not wait for that alone. */
  function drop(): void {
    if (dropped.count++ === 0) reportSoon();
  }

  function reportSoon(): void {
    stream.once("drain", report);
    timer = setTimeout(report, reportAfterMs).unref();
  }

  function isReadable(): boolean {
    return own.format === undefined ? stream.isTTY === true : own.format === "pretty";
  }

  function report(): void {
    stream.off("drain", report);
    clearTimeout(timer);
    if (stream.writableLength >= mostQueued) return reportSoon();
    const counts = { ...dropped };
    Object.assign(dropped, { count: 0, ofVisitors: 0 });
    log.warn(counts, "log lines dropped: the reader is too slow");
  }
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
