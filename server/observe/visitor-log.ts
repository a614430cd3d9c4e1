import { isWithin } from "../memory/cached.ts";
import type { LineLevel } from "./line-level.ts";
import { logOfVisitors, type Log } from "./log.ts";

const minuteMs = 60_000;
const mostPerMinute = 60;

type Fields = Readonly<Record<string, unknown>>;
type Write = (fields: Fields, message: string) => void;

/** The log for the lines that a visitor without a session can cause. */
export interface VisitorLog extends Readonly<Record<LineLevel, Write>> {
  /**
   * Whether a line of this kind is within the limit; otherwise it is counted. For callers that would have to collect
   * the fields of a line that is left out.
   */
  admits(level: LineLevel, message: string, code: string | undefined): boolean;
  /** Logs the counts of the lines left out so far. */
  flush(): void;
}

interface Kind {
  readonly level: LineLevel;
  readonly message: string;
  readonly code: string | undefined;
  since: number;
  written: number;
  leftOut: number;
  timer?: NodeJS.Timeout;
}

function now(): number {
  return performance.now();
}

/**
 * Limits the lines of a kind, so that a flood of requests fills neither a disk nor memory. The code writes the message
 * and the `code` of every line, or the `reason` of an audit event, so there are few kinds. A line with the count of those
 * left out follows at the end of the minute. It has a clock of its own: a failure of the app's clock must not prevent
 * that line about it.
 */
export function limitLog(log: Log): VisitorLog {
  const lines = logOfVisitors(log);
  /** By message, then by code: a joined key would be a new string for every line that is left out. */
  const kinds = new Map<string, Map<string | undefined, Kind>>();

  function report(kind: Kind): void {
    const { level, message, code, leftOut } = kind;
    clearTimeout(kind.timer);
    if (leftOut > 0) log[level]({ message, code, leftOut }, "similar lines left out");
    Object.assign(kind, { since: now(), written: 0, leftOut: 0 });
  }

  function kindOf(level: LineLevel, message: string, code: string | undefined): Kind {
    const known = kinds.get(message)?.get(code);
    if (known !== undefined) return known;
    const kind = { level, message, code, since: now(), written: 0, leftOut: 0 };
    const codes = kinds.get(message) ?? new Map<string | undefined, Kind>();
    kinds.set(message, codes.set(code, kind));
    return kind;
  }

  function admits(level: LineLevel, message: string, code: string | undefined): boolean {
    const kind = kindOf(level, message, code);
    // Its timer ends the minute, so that a flood need not read the clock.
    if (kind.leftOut > 0) {
      kind.leftOut++;
      return false;
    }
    if (!isWithin(now(), kind.since, kind.since + minuteMs)) report(kind);
    if (kind.written < mostPerMinute) {
      kind.written++;
      return true;
    }
    kind.leftOut = 1;
    kind.timer = setTimeout(report, kind.since + minuteMs - now(), kind).unref();
    return false;
  }

  const writer =
    (level: LineLevel): Write =>
    (fields, message) => {
      const code = fields.event === undefined ? fields.code : fields.reason;
      if (admits(level, message, typeof code === "string" ? code : undefined))
        lines[level](fields, message);
    };

  return {
    debug: writer("debug"),
    info: writer("info"),
    warn: writer("warn"),
    error: writer("error"),
    admits,
    flush: () => kinds.forEach((codes) => codes.forEach(report)),
  };
}
