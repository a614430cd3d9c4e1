import type { Site } from "../config/site.ts";
import { longestLocation } from "../http/response.ts";
import { stepUpParameters, type StepUp } from "../identity/step-up.ts";

interface Wish {
  readonly returnTo: string;
  readonly provider: string;
  readonly prompt?: string | undefined;
  readonly stepUp?: StepUp | undefined;
  readonly seen?: string | undefined;
}

/** The address of `/start` for a sign-in. Where it would be too long for a head, it returns to the target's origin. */
export function startUrl(site: Site, { returnTo, provider, prompt, stepUp, seen }: Wish): string {
  const query = new URLSearchParams({ rd: returnTo, provider });
  if (prompt !== undefined) query.set("prompt", prompt);
  if (seen !== undefined) query.set("seen", seen);
  for (const [name, value] of stepUpParameters(stepUp)) query.set(name, value);
  const url = `${site.address("start")}?${query}`;
  if (url.length <= longestLocation) return url;
  query.set("rd", `${new URL(returnTo).origin}/`);
  return `${site.address("start")}?${query}`;
}
