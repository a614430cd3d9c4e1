import { pino } from "pino";
import type { Log } from "../../server/observe/log.ts";

/** A pino log whose events a test can read. */
export function capturingLog(): { log: Log; events: Record<string, unknown>[] } {
  const events: Record<string, unknown>[] = [];
  const write = (line: string) => void events.push(JSON.parse(line) as Record<string, unknown>);
  return { log: pino({ level: "debug", base: null }, { write }), events };
}
