import { matches } from "./plain-conditions.ts";
import { isListed, isNarrowedTo, isSignInEnough } from "./plain-people.ts";
import { hostOf } from "./plain-host.ts";
import { isTreacherous } from "./plain-path.ts";

/** A rule as it is written in a configuration: docs/rules.md. */
export type PlainRule = Settings;
type Settings = Readonly<Record<string, unknown>>;

interface PlainConfig {
  readonly cookieDomain: string;
  readonly providers: readonly string[];
  readonly access: Settings | undefined;
  readonly rules: readonly PlainRule[];
}

export interface PlainRequest {
  readonly method: string;
  readonly scheme: "http" | "https";
  /** As the proxy sends it. */
  readonly host: string;
  readonly uri: string;
  readonly forwardedFor: string | undefined;
  readonly isPreflight: boolean;
  /** The parameters in the query of `/verify`. */
  readonly narrowing: readonly (readonly [string, string])[];
}

export interface PlainPerson {
  readonly provider: string;
  readonly claims: {
    readonly sub: string;
    readonly email: string;
    readonly email_verified: boolean;
    readonly groups: readonly string[];
    readonly preferred_username: string;
    readonly [claim: string]: unknown;
  };
}

/** `shown` = whose identity the headers contain. */
export interface Opinion {
  readonly verdict: "allow" | "challenge" | "deny";
  readonly shown: PlainPerson | undefined;
}

const order = ["allow", "challenge", "deny"] as const;

/** The policy, written once more from the documents: every rule is tried on every request, and nothing is kept. */
export function plainOpinion(
  config: PlainConfig,
  request: PlainRequest,
  visitor: PlainPerson | undefined,
  now: number,
): Opinion {
  const nothing = { shown: undefined };
  const hostname = hostOf(request).name;
  if (hostname !== config.cookieDomain && !hostname.endsWith(`.${config.cookieDomain}`))
    return { verdict: "deny", ...nothing };
  const person = visitor && config.providers.includes(visitor.provider) ? visitor : undefined;
  const found: { verdict: Opinion["verdict"]; isPreflight: boolean }[] = [];
  let isDecided = false;
  for (const rule of config.rules) {
    if (rule["allow"] === "public" && isTreacherous(request.uri)) continue;
    const certainty = matches(rule, request, person);
    if (certainty === "never") continue;
    found.push(outcomeOf(rule, config, request, person, now));
    isDecided = certainty === "always";
    if (isDecided) break;
  }
  if (!isDecided) found.push({ verdict: byAccess(config, person), isPreflight: false });
  const strictest = Math.max(...found.map(({ verdict }) => order.indexOf(verdict)));
  const verdict = order[strictest] ?? "deny";
  if (verdict !== "allow") return { verdict, ...nothing };
  if (request.narrowing.length > 0 && person === undefined)
    return { verdict: "challenge", ...nothing };
  if (!request.narrowing.every(([name, value]) => isNarrowedTo(name, value, person)))
    return { verdict: "deny", ...nothing };
  // An app gets nothing about the sender of a preflight.
  return { verdict, shown: found[0]?.isPreflight === true ? undefined : person };
}

function outcomeOf(
  rule: PlainRule,
  config: PlainConfig,
  request: PlainRequest,
  person: PlainPerson | undefined,
  now: number,
): { verdict: Opinion["verdict"]; isPreflight: boolean } {
  const verdict = (one: Opinion["verdict"]) => ({ verdict: one, isPreflight: false });
  if (rule["deny"] === true) return verdict("deny");
  if (rule["preflight"] === "allow" && request.isPreflight && !isTreacherous(request.uri))
    return { verdict: "allow", isPreflight: true };
  if (rule["allow"] === "public") return verdict("allow");
  if (person === undefined) return verdict("challenge");
  const isListedHere =
    rule["allow"] === "signed-in" ||
    isListed((rule["allow"] ?? config.access) as Settings | undefined, person);
  if (!isListedHere) return verdict("deny");
  return verdict(isSignInEnough(rule, person, now) ? "allow" : "challenge");
}

function byAccess({ access }: PlainConfig, person: PlainPerson | undefined): Opinion["verdict"] {
  if (person === undefined) return "challenge";
  return isListed(access, person) ? "allow" : "deny";
}
