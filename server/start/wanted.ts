import type { AskedRequest, SiteContext } from "../context.ts";
import type { StepUp } from "../identity/step-up.ts";
import type { Rule } from "../policy/rules.ts";
import { homeOf, requestedTarget } from "../sign-in/return-target.ts";

/** The sign-in that the visitor requests. */
export interface Wanted {
  readonly returnTo: string;
  /** Whether `returnTo` is what the visitor wanted; otherwise it is where a sign-in without a target leads. */
  readonly hasTarget: boolean;
  /** A return target was given, and it is not allowed. */
  readonly isTargetDropped: boolean;
  readonly stepUp: StepUp;
  readonly prompt: "select_account" | "login" | undefined;
  /** What `/verify` saw in this browser and `/start` may not see. */
  readonly seen: "two_sessions" | undefined;
  /** The account of a sign-in that an issuer or an app initiated. */
  readonly loginHint: string | undefined;
}

/** Reads the query of `/start`. A return target that is not allowed is dropped and logged. */
export function readWanted(
  context: SiteContext,
  query: URLSearchParams,
  headers: Headers,
  { requestId }: AskedRequest,
): Wanted {
  const { site, rules, signInTarget, visitorLog } = context;
  // OpenID Connect Core §4: an issuer or an app initiates a sign-in, and names the issuer.
  const isInitiated = query.has("iss");
  const rd =
    requestedTarget(context, query, headers) ?? (isInitiated ? query.get("target_link_uri") : null);
  const target = signInTarget(site, rd);
  const isTargetDropped = rd !== null && target === undefined;
  if (isTargetDropped)
    visitorLog.warn(
      { requestId, rd: rd.split(/[?#]/, 1)[0]?.slice(0, 200), mend: targetFix },
      "return target not allowed; signing in without a return target",
    );
  return {
    returnTo: target ?? homeOf(context),
    // Links of error pages name `/start` itself where the visitor wanted no page.
    hasTarget: target !== undefined && target !== site.address("start"),
    isTargetDropped,
    stepUp: readStepUp(query, rules),
    prompt: readPrompt(query),
    seen: query.get("seen") === "two_sessions" ? "two_sessions" : undefined,
    loginHint: isInitiated ? readLoginHint(query) : undefined,
  };
}

/** Longer than an email address can be. */
const longestHint = 320;

function readLoginHint(query: URLSearchParams): string | undefined {
  const hint = query.get("login_hint") ?? "";
  return hint === "" || hint.length > longestHint ? undefined : hint;
}

export const targetFix =
  "use an https URL on a host that this site's cookie covers and on the site's own port, or add its host to allowedRedirects";

/** The step-up of `/verify`'s challenge. A visitor who changes it is challenged again by `/verify`. */
function readStepUp(query: URLSearchParams, rules: readonly Rule[]): StepUp {
  const maxAge = query.get("max_age");
  // Only values that a rule requires: a link must not make the issuer use a weaker sign-in.
  const known = new Set(rules.flatMap(({ config }) => config.acr ?? []));
  const asked = new Set((query.get("acr_values") ?? "").split(" "));
  const acr = [...asked].filter((value) => known.has(value));
  return {
    maxAgeMs: maxAge !== null && /^\d{1,15}$/.test(maxAge) ? Number(maxAge) * 1000 : undefined,
    acr: acr.length === 0 ? undefined : acr,
  };
}

function readPrompt(query: URLSearchParams): Wanted["prompt"] {
  const prompt = query.get("prompt");
  return prompt === "select_account" || prompt === "login" ? prompt : undefined;
}
