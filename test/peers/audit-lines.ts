import { commonFields, events, type EventName } from "../../server/observe/events.ts";

type Line = Readonly<Record<string, unknown>>;

function isEvent(name: unknown): name is EventName {
  return typeof name === "string" && Object.hasOwn(events, name);
}

/** The fields of pino; a log of a test has the last two. */
const ofPino = ["level", "time", "msg", "pid", "hostname"];

/** The audit lines of a log. */
export function auditLines(log: readonly Line[]): Line[] {
  return log.filter(({ event }) => event !== undefined);
}

/** What in a line is not as the table of events says. */
function lineFaults(line: Line): string[] {
  const { event, reason } = line;
  if (!isEvent(event)) return [`unknown event ${String(event)}`];
  const { details, reasons } = events[event];
  const known = new Set([...ofPino, ...Object.keys(commonFields), ...Object.keys(details)]);
  return [
    ...(Object.hasOwn(reasons, String(reason)) ? [] : [`${event} has no reason ${String(reason)}`]),
    ...Object.keys(line).flatMap((name) => (known.has(name) ? [] : [`${event} has ${name}`])),
  ];
}

/** Throws if an audit line of a log is not as the table of events says. */
export function checkAuditLines(log: readonly Line[]): void {
  const faults = auditLines(log).flatMap(lineFaults);
  if (faults.length > 0) throw new Error(`audit lines: ${faults.join("; ")}`);
}
