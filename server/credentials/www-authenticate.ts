import type { RequestHeaders } from "../forwarded/request-headers.ts";
import type { Rule } from "../policy/rules.ts";
import type { StepUp } from "../identity/step-up.ts";

/** RFC 7617 §2.1 */
export const passwordChallenge = 'Basic realm="doorward", charset="UTF-8"';

/** RFC 6750 §3: why a token does not do. */
export function tokenChallenge(error: string, details: Readonly<Record<string, string>> = {}) {
  const parameters = { realm: "doorward", error, ...details };
  const written = Object.entries(parameters).map(([name, value]) => `${name}=${quoted(value)}`);
  return `Bearer ${written.join(", ")}`;
}

/** RFC 9470 §3: the token is good, and its sign-in too old or too weak. */
export function stepUpChallenge(
  { maxAgeMs, acr }: StepUp = { maxAgeMs: undefined, acr: undefined },
) {
  return tokenChallenge("insufficient_user_authentication", {
    ...(maxAgeMs !== undefined && { max_age: String(Math.floor(maxAgeMs / 1000)) }),
    ...(acr !== undefined && { acr_values: acr.join(" ") }),
  });
}

/** What a rule would take, for a request that brought nothing: an empty list where it takes no such thing. */
export function challengesOf(rule: Rule | undefined, headers: RequestHeaders): string[] {
  if (rule === undefined) return [];
  const { bearer, basic } = rule.config;
  const challenges: string[] = [];
  // RFC 6750 §3.1: without a token there is no error to tell of.
  if (bearer !== undefined) challenges.push('Bearer realm="doorward"');
  // git speaks Basic, and only when it is asked to; a browser would ask its person for a password.
  if (basic !== undefined || (bearer !== undefined && isProgram(headers)))
    challenges.push(passwordChallenge);
  // In one line, for nginx passes no more than one on.
  return challenges.length === 0 ? [] : ["WWW-Authenticate", challenges.join(", ")];
}

/** No browser of today, and no script in one. */
function isProgram(headers: RequestHeaders): boolean {
  return signsOfBrowsers.every((sign) => headers.get(sign) === undefined);
}

const signsOfBrowsers = [
  "sec-fetch-mode",
  "sec-fetch-dest",
  "sec-fetch-site",
  "origin",
  "x-requested-with",
] as const;

/** RFC 9110 §5.6.4 */
function quoted(value: string): string {
  return `"${value.replace(/[^\x20-\x7e]/g, "").replace(/["\\]/g, "\\$&")}"`;
}
