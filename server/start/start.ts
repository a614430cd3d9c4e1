import { decide } from "../policy/policy.ts";
import { isMet, type StepUp } from "../identity/step-up.ts";
import type { Rule } from "../policy/rules.ts";
import { empty, redirect, type HttpResponse } from "../http/response.ts";
import type { SiteContext, Endpoint } from "../context.ts";
import { requestTo } from "../forwarded/forwarded-request.ts";
import { choosePage } from "../pages/choose-page.ts";
import { forgetSession, readCookie, readCookies, sessionCookieName } from "../cookies/cookie.ts";
import { authorizationUrl } from "../sign-in/code-flow.ts";
import { compatTarget } from "./oauth2-proxy-sign-in.ts";
import type { RelyingParty } from "../sign-in/relying-party.ts";

/** Opens a transaction and sends the browser to the issuer. Nothing is stored here. */
export function createStart(context: SiteContext): Endpoint {
  const { site, returnTarget, log } = context;
  const fallback = `${site.url.origin}/`;

  return async ({ url: { searchParams: query }, req: { headers } }) => {
    if (!isTopLevel(headers)) return empty(403);
    const rd = query.get("rd") ?? compatTarget(context.config, headers);
    const returnTo = returnTarget(site, rd) ?? fallback;
    if (rd !== null && returnTo === fallback && rd !== "/" && rd !== fallback) warn(rd);
    const cookies = headers.get("cookie") ?? undefined;
    const wanted = {
      returnTo,
      stepUp: readStepUp(query, context.rules),
      prompt: readPrompt(query),
    };
    if (await mayGoStraightBack(context, cookies, wanted)) return redirect(302, returnTo);
    const party = chosen(context, query.get("provider"));
    return party === undefined
      ? choose(context, query, returnTo)
      : begin(context, party, cookies, wanted);
  };

  function warn(rd: string): void {
    const fix =
      "use an https URL on a host that this site's cookie covers and on the site's own port, or add its host to allowedRedirects";
    log.warn(
      { rd: rd.split(/[?#]/, 1)[0]?.slice(0, 200), mend: fix },
      "return target not allowed; returning to the root of the site",
    );
  }
}

/** The sign-in that the visitor requests. */
interface Wanted {
  readonly returnTo: string;
  readonly stepUp: StepUp;
  readonly prompt: "select_account" | "login" | undefined;
}

/**
 * Whether a visitor opens the page. An image, a script's fetch or a prefetch would each use one of the browser's few
 * pending transactions. A request without Fetch Metadata counts as a visitor's.
 */
function isTopLevel(headers: Headers): boolean {
  const mode = headers.get("sec-fetch-mode");
  return (
    (mode === null || mode === "navigate") &&
    !(headers.get("sec-purpose") ?? "").includes("prefetch")
  );
}

/** The step-up of `/verify`'s challenge. A visitor who changes it is challenged again by `/verify`. */
function readStepUp(query: URLSearchParams, rules: readonly Rule[]): StepUp {
  const maxAge = query.get("max_age");
  // Only values that a rule requires: a link must not make the issuer use a weaker sign-in.
  const known = new Set(rules.flatMap(({ config }) => config.acr ?? []));
  const acr = (query.get("acr_values") ?? "").split(" ").filter((value) => known.has(value));
  return {
    maxAgeMs: maxAge !== null && /^\d{1,15}$/.test(maxAge) ? Number(maxAge) * 1000 : undefined,
    acr: acr.length === 0 ? undefined : acr,
  };
}

function readPrompt(query: URLSearchParams): Wanted["prompt"] {
  const prompt = query.get("prompt");
  return prompt === "select_account" || prompt === "login" ? prompt : undefined;
}

/** Signed in, permitted at the return target, and as strongly as its rule requires. */
async function mayGoStraightBack(
  { site, siteOf, sessions, rulesOf, now }: SiteContext,
  cookies: string | undefined,
  { returnTo, stepUp, prompt }: Wanted,
): Promise<boolean> {
  if (prompt !== undefined) return false;
  const session = await sessions.find(site, readCookie(cookies, sessionCookieName(site)));
  const target = new URL(returnTo);
  if (session === undefined) return false;
  const { identity } = session.record;
  const request = requestTo(target);
  // A target that this site does not protect has no rules here.
  if (request === undefined || siteOf(target.hostname) !== site)
    return isMet(stepUp, identity.claims, now());
  const facts = { request, provider: identity.provider, address: undefined, isPreflight: false };
  const decision = decide(rulesOf(request), site.access, facts, { identity, now: now() });
  return decision.verdict === "allow" && isMet(stepUp, identity.claims, now());
}

function chosen({ parties }: SiteContext, name: string | null): RelyingParty | undefined {
  const [only] = parties.size === 1 ? parties.values() : [];
  return only ?? (name === null ? undefined : parties.get(name));
}

function choose(
  { site, parties }: SiteContext,
  query: URLSearchParams,
  returnTo: string,
): HttpResponse {
  const choices = [...parties.values()].map(({ name, label }) => {
    const next = new URLSearchParams(query);
    next.set("rd", returnTo);
    next.set("provider", name);
    return { href: `${site.address("start")}?${next}`, label };
  });
  return choosePage(choices, query.get("provider") ?? undefined);
}

async function begin(
  { site, transactions, log }: SiteContext,
  party: RelyingParty,
  cookies: string | undefined,
  { returnTo, stepUp, prompt }: Wanted,
): Promise<HttpResponse> {
  const isForced = prompt === "login";
  const { transaction, setCookies } = transactions.begin(site, cookies, {
    provider: party.name,
    returnTo,
    stepUp,
    isForced,
  });
  const requested = prompt === "select_account" ? party.provider.accountPrompt : prompt;
  const location = await authorizationUrl(party, site, transaction, requested);
  // `/verify` ignores duplicate session cookies, so the one that stays would also break the next sign-in.
  if (readCookies(cookies, sessionCookieName(site)).length > 1) {
    log.warn("duplicate session cookies; clearing both");
    setCookies.push(...forgetSession(site));
  }
  return redirect(302, location, ...setCookies.flatMap((cookie) => ["Set-Cookie", cookie]));
}
