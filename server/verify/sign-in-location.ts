import type { Site } from "../config/site.ts";
import { urlOf, type ForwardedRequest } from "../forwarded/forwarded-request.ts";
import { stepUpParameters, type StepUp } from "../identity/step-up.ts";

/** The `Location` of a challenge stays under 2 KiB, because nginx reads a response head of 4 KiB. */
const longestLocation = 2_047;

/** The sign-in URL with the return target. If it is too long for a head, the return target is its origin's root. */
export function signInLocation(
  site: Site,
  request: ForwardedRequest,
  stepUp?: StepUp,
  ...hints: string[]
): string {
  const start = `${(site.signInSite ?? site).address("start")}?rd=`;
  const parameters =
    stepUpParameters(stepUp)
      .map(([name, value]) => `&${name}=${encodeURIComponent(value)}`)
      .join("") + hints.join("");
  const location = start + encodeURIComponent(urlOf(request)) + parameters;
  if (location.length <= longestLocation) return location;
  return start + encodeURIComponent(urlOf({ ...request, uri: "/" })) + parameters;
}

/** Tells `/start` what only the protected host can see. It selects the text of a page, nothing else. */
export const twoSessions = "&seen=two_sessions";
