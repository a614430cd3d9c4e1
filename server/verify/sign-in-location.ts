import type { Site } from "../config/site.ts";
import { urlOf, type ForwardedRequest } from "../forwarded/forwarded-request.ts";
import { isAsked, type StepUp } from "../identity/step-up.ts";

/** The `Location` of a challenge stays under 2 KiB, because nginx reads a response head of 4 KiB. */
const longestLocation = 2_047;

/** The sign-in URL with the return target. If it is too long for a head, the return target is its origin's root. */
export function signInLocation(
  site: Site,
  request: ForwardedRequest,
  stepUp?: StepUp,
  ...hints: string[]
): string {
  const start = `${site.address("start")}?rd=`;
  const parameters = (stepUp === undefined ? "" : stepUpQuery(stepUp)) + hints.join("");
  const location = start + encodeURIComponent(urlOf(request)) + parameters;
  if (location.length <= longestLocation) return location;
  return start + encodeURIComponent(urlOf({ ...request, uri: "/" })) + parameters;
}

/** Tells `/start` what only the protected host can see. It selects the text of a page, nothing else. */
export const twoSessions = "&seen=two_sessions";

/** The parameters of OpenID Connect Core §3.1.2.1. A visitor who removes them is challenged again. */
function stepUpQuery(stepUp: StepUp): string {
  if (!isAsked(stepUp)) return "";
  const query = new URLSearchParams();
  if (stepUp.maxAgeMs !== undefined)
    query.set("max_age", String(Math.floor(stepUp.maxAgeMs / 1000)));
  if (stepUp.acr !== undefined) query.set("acr_values", stepUp.acr.join(" "));
  return `&${query}`;
}
