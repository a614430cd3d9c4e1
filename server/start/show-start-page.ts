import type { SiteContext } from "../context.ts";
import type { HttpResponse } from "../http/response.ts";
import { isAsked } from "../identity/step-up.ts";
import { choosePage, stepUpPage } from "../pages/choose-page.ts";
import { ownPage } from "../pages/own-page.ts";
import { appNameAt } from "../policy/app-name.ts";
import { everywhereProof } from "../session/everywhere-proof.ts";
import type { Session } from "../session/session.ts";
import { startUrl } from "../sign-in/start-url.ts";
import { choiceOf, choicesOf } from "./choices.ts";
import type { Wanted } from "./wanted.ts";

/** What a page depends on besides the sign-in that the visitor wants. */
interface Visitor {
  readonly cookies: string | undefined;
  readonly acceptLanguage: string | null;
}

/** The app that the visitor wants to open. */
export function appOf(rulesOf: SiteContext["rulesOf"], { returnTo }: Wanted): string {
  return appNameAt(rulesOf, new URL(returnTo));
}

/** The page with every provider of the site. */
export function choose(
  context: SiteContext,
  unknown: string | undefined,
  wanted: Wanted,
  { cookies, acceptLanguage }: Visitor,
): HttpResponse {
  const choices = choicesOf(context, cookies, wanted);
  return context.showPage(
    choosePage(appOf(context.rulesOf, wanted), choices, unknown),
    acceptLanguage,
  );
}

/** The page that asks for a stronger sign-in of the session's own account; undefined = a rule asks for none. */
export function askForStepUp(
  { site, parties, rulesOf, showPage }: SiteContext,
  session: Session | undefined,
  wanted: Wanted,
  { acceptLanguage }: Visitor,
): HttpResponse | undefined {
  const party = session && parties.get(session.record.identity.provider);
  if (party === undefined || !isAsked(wanted.stepUp)) return undefined;
  const own = choiceOf(site, party, { ...wanted, prompt: "login" });
  const other = otherAccountUrl(site, wanted);
  return showPage(stepUpPage(appOf(rulesOf, wanted), own, other), acceptLanguage);
}

function otherAccountUrl(site: SiteContext["site"], wanted?: Wanted): string {
  return startUrl(site, { ...wanted, prompt: "select_account" });
}

/** The page of a signed-in visitor who wants no other. */
export function showOwn(
  { config, site, parties, rulesOf, showPage }: SiteContext,
  { record }: Session,
  { isTargetDropped }: Wanted,
  { acceptLanguage }: Visitor,
): HttpResponse {
  const { identity } = record;
  const root = new URL("/", site.url);
  const isMounted = site.base !== "";
  const signOut = site.address("sign_out");
  const proof = everywhereProof(config.secret[0] ?? "", record);
  const page = ownPage(
    { ...record, provider: parties.get(identity.provider)?.label ?? identity.provider },
    {
      home: isMounted ? { href: root.href, app: appNameAt(rulesOf, root) } : undefined,
      otherAccount: otherAccountUrl(site),
      signOut,
      signOutEverywhere: `${signOut}?${new URLSearchParams({ everywhere: proof })}`,
    },
    isTargetDropped,
  );
  return showPage(page, acceptLanguage);
}
