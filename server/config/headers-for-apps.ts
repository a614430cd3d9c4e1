import type { Config } from "./schema.ts";

/** The name of every header that only doorward may send to an app. */
export function headersForApps({
  headers,
  assertion,
}: Pick<Config, "headers" | "assertion">): string[] {
  return [...Object.keys(headers), ...(assertion === undefined ? [] : [assertion.header])];
}
