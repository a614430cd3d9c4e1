import { isWithin } from "../memory/cached.ts";
import type { LineLevel } from "./line-level.ts";
import type { Log } from "./log.ts";

const minuteMs = 60_000;
const mostPerMinute = 60;

/** The log for the lines that a visitor without a session can cause. */
export interface VisitorLog extends Readonly<
  Record<LineLevel, (fields: Readonly<Record<string, unknown>>, message: string) => void>
> {
  /** Logs the counts of the lines left out so far. */
  flush(): void;
}

interface Kind {
  readonly level: LineLevel;
  readonly message: string;
  readonly code: unknown;
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
 * and the `code` of every line, or the `reason` of an audit event, so there are few kinds. A line with the count of those left out follows at the end of
 * the minute. It has a clock of its own: a failure of the app's clock must not prevent that line about it.
 */
export function limitLog(log: Log): VisitorLog {
  const kinds = new Map<string, Kind>();
  function report(kind: Kind): void {
    const { level, message, code, leftOut } = kind;
    clearTimeout(kind.timer);
    if (leftOut > 0) log[level]({ message, code, leftOut }, "similar lines left out");
    Object.assign(kind, { since: now(), written: 0, leftOut: 0 });
  }

  function write(
    level: LineLevel,
    fields: Readonly<Record<string, unknown>>,
    message: string,
  ): void {
    const code = fields.event === undefined ? fields.code : fields.reason;
    const name = `${message} ${String(code)}`;
    const kind = kinds.get(name) ?? { level, message, code, since: now(), written: 0, leftOut: 0 };
    kinds.set(name, kind);
    if (!isWithin(now(), kind.since, kind.since + minuteMs)) report(kind);
    if (kind.written < mostPerMinute) {
      kind.written++;
      log[level](fields, message);
    } else if (kind.leftOut++ === 0) {
      kind.timer = setTimeout(report, kind.since + minuteMs - now(), kind).unref();
    }
  }

  return {
    debug: (fields, message) => write("debug", fields, message),
    info: (fields, message) => write("info", fields, message),
    warn: (fields, message) => write("warn", fields, message),
    error: (fields, message) => write("error", fields, message),
    flush: () => kinds.forEach(report),
  };
}
