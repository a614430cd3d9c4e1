import type { SiteContext } from "../context.ts";
import { lastProvider } from "../cookies/last-provider.ts";
import type { Choice } from "../pages/choose-page.ts";
import type { RelyingParty } from "../sign-in/relying-party.ts";
import { startUrl } from "../sign-in/start-url.ts";
import type { Wanted } from "./wanted.ts";

type Target = Omit<Partial<Wanted>, "returnTo"> & { readonly returnTo: string | undefined };

/** A link to a sign-in at each provider of the site. */
export function choicesOf(
  { site, parties }: Pick<SiteContext, "site" | "parties">,
  cookies: string | undefined,
  target: Target,
): Choice[] {
  const last = lastProvider(site, cookies);
  return [...parties.values()].map((party) => choiceOf(site, party, target, party.name === last));
}

/** A link to a sign-in at one provider. */
export function choiceOf(
  site: SiteContext["site"],
  { name, label, provider: { mark } }: RelyingParty,
  target: Target,
  isLast = false,
): Choice {
  return { name, href: startUrl(site, { ...target, provider: name }), label, mark, isLast };
}
