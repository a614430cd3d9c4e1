import type { Site } from "../config/site.ts";
import { longestLocation } from "../http/response.ts";
import { stepUpParameters, type StepUp } from "../identity/step-up.ts";

interface Wish {
  /** undefined = the visitor wanted no page. */
  readonly returnTo?: string | undefined;
  readonly provider?: string | undefined;
  readonly prompt?: string | undefined;
  readonly stepUp?: StepUp | undefined;
  readonly seen?: string | undefined;
  /** The issuer and the account of a sign-in that the issuer or an app initiated. */
  readonly iss?: string | undefined;
  readonly loginHint?: string | undefined;
  /** false = `returnTo` is not what the visitor wanted. */
  readonly hasTarget?: boolean | undefined;
}

/** The address of `/start` for a sign-in. Where it would be too long for a head, it returns to the target's origin. */
export function startUrl(site: Site, wish: Wish): string {
  const { returnTo, provider, prompt, stepUp, seen, iss, loginHint, hasTarget = true } = wish;
  const rd = hasTarget ? returnTo : undefined;
  const query = new URLSearchParams();
  const parameters = { rd, provider, prompt, seen, iss, login_hint: loginHint };
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) query.set(name, value);
  for (const [name, value] of stepUpParameters(stepUp)) query.set(name, value);
  const address = site.address("start");
  const url = query.size === 0 ? address : `${address}?${query}`;
  if (url.length <= longestLocation || rd === undefined) return url;
  query.set("rd", `${new URL(rd).origin}/`);
  return `${address}?${query}`;
}
