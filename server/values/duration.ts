import * as v from "valibot";

const unitSeconds: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };
const grammar = /^([1-9]\d{0,8})([smhd])$/;

/** `90s`, `15m`, `24h`, `7d`; the output is milliseconds. */
export const duration = v.pipe(
  v.union([v.string(), v.number()]), // a number lacks its unit
  v.check((written) => grammar.test(String(written)), "is not a duration: use 90s, 15m, 24h or 7d"),
  v.metadata({ type: "string", pattern: grammar.source }),
  v.transform((written) => {
    const [, count, unit] = grammar.exec(String(written)) ?? [];
    return Number(count) * (unitSeconds[unit ?? ""] ?? Number.NaN) * 1000;
  }),
);
