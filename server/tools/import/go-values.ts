/** Go's strconv.ParseBool. */
export function goBoolean(written: unknown): boolean | undefined {
  if (typeof written === "boolean") return written;
  const text = String(written);
  if (["1", "t", "T", "TRUE", "true", "True"].includes(text)) return true;
  return ["0", "f", "F", "FALSE", "false", "False"].includes(text) ? false : undefined;
}

const unitSeconds: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

/** Go's time.ParseDuration, in whole seconds. A number without a unit is refused, except 0: Go reads it as nanoseconds. */
export function goSeconds(written: unknown): number | undefined {
  const text = String(written).trim();
  if (text === "0") return 0;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== text) return undefined;
  const seconds = parts.reduce(
    (sum, [, count, unit = ""]) => sum + Number(count) * (unitSeconds[unit] ?? Number.NaN),
    0,
  );
  return Math.floor(seconds + 1e-6);
}

/** `7d`, `90m`: in the largest unit that gives a whole number. */
export function duration(seconds: number): string {
  const units = { d: 86_400, h: 3_600, m: 60, s: 1 };
  const [unit, size] = Object.entries(units).find(([, one]) => seconds % one === 0) ?? ["s", 1];
  return `${seconds / size}${unit}`;
}

/** A Go listen address: `127.0.0.1:4180`, `:4180`, `http://[::1]:4180`. */
export function goAddress(written: string): { host: string; port: number } | undefined {
  const [, bracketed, plain, port] =
    /^(?:http:\/\/)?(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]*)):(\d{1,5})$/.exec(written) ?? [];
  if (port === undefined || Number(port) < 1 || Number(port) > 65_535) return undefined;
  const host = bracketed ?? plain ?? "";
  return { host: host === "" ? "0.0.0.0" : host, port: Number(port) };
}
