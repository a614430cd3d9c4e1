import { pino, type Logger } from "pino";

export type Log = Logger;

const levels: Record<number, string> = { 20: "debug", 30: "info", 40: "warn", 50: "error" };

/** One line an event: JSON for collectors, or time, level and words when a person is watching. */
export function createLog(stream: NodeJS.WriteStream = process.stdout): Log {
  const options = { base: null, timestamp: pino.stdTimeFunctions.isoTime };
  if (!stream.isTTY) return pino(options, stream);
  return pino(options, { write: (line: string) => void stream.write(readable(line)) });
}

function readable(line: string): string {
  const { time, level, msg, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const details = Object.entries(rest).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return [String(time).slice(11, 19), levels[Number(level)], msg, ...details].join("  ") + "\n";
}

/**
 * What may be told of a failure: names, codes and messages down the chain of causes. The objects
 * themselves stay out, for an answer of an issuer hangs on some of them, tokens included.
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

/** Where a failure came from, which nobody but an operator may see. */
export function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}
