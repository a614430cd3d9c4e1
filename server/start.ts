import { permits } from "./access/policy.ts";
import { empty, redirect, type Answer } from "./answer.ts";
import type { Door, Endpoint } from "./door.ts";
import { choosePage } from "./pages/choose-page.ts";
import { readCookie, sessionCookieName } from "./session/cookie.ts";
import { authorizationUrl } from "./sign-in/code-flow.ts";
import type { RelyingParty } from "./sign-in/relying-party.ts";

/** Opens a transaction and sends the browser to the issuer. Nothing is stored here. */
export function createStart(door: Door): Endpoint {
  const { site, sessions, returnTarget, log } = door;
  const fallback = `${site.url.origin}/`;

  return async ({ url: { searchParams: query }, req: { headers } }) => {
    if (!isTopLevel(headers)) return empty(403);
    const rd = query.get("rd");
    const returnTo = returnTarget(site, rd) ?? fallback;
    if (rd !== null && returnTo === fallback && rd !== "/" && rd !== fallback) warn(rd);
    const cookies = headers.get("cookie") ?? undefined;
    const asksForAccount = query.get("prompt") === "select_account";
    if (!asksForAccount) {
      const session = await sessions.find(readCookie(cookies, sessionCookieName(site)));
      if (session !== undefined && permits(site.access, session.record.identity))
        return redirect(302, returnTo);
    }
    const party = chosen(door, query.get("provider"));
    if (party === undefined) return choose(door, query, returnTo);
    return begin(door, party, cookies, returnTo, asksForAccount);
  };

  function warn(rd: string): void {
    const mend =
      "its host needs a cookie of this site, or a place in allowedRedirects; and it must be https";
    log.warn(
      { rd: rd.split(/[?#]/, 1)[0]?.slice(0, 200), mend },
      "the return target is not allowed",
    );
  }
}

/**
 * A picture, a script's fetch or a prefetch is no person who wants to sign in, and each would use up one
 * of the browser's few pending transactions. Browsers without Fetch Metadata are taken at their word.
 */
function isTopLevel(headers: Headers): boolean {
  const mode = headers.get("sec-fetch-mode");
  return (
    (mode === null || mode === "navigate") &&
    !(headers.get("sec-purpose") ?? "").includes("prefetch")
  );
}

function chosen({ parties }: Door, name: string | null): RelyingParty | undefined {
  const [only] = parties.size === 1 ? parties.values() : [];
  return only ?? (name === null ? undefined : parties.get(name));
}

function choose({ site, parties }: Door, query: URLSearchParams, returnTo: string): Answer {
  const choices = [...parties.values()].map(({ name, label }) => {
    const next = new URLSearchParams({ rd: returnTo, provider: name });
    if (query.get("prompt") === "select_account") next.set("prompt", "select_account");
    return { href: `${site.address("start")}?${next}`, label };
  });
  return choosePage(choices, query.get("provider") ?? undefined);
}

async function begin(
  { site, transactions }: Door,
  party: RelyingParty,
  cookies: string | undefined,
  returnTo: string,
  asksForAccount: boolean,
): Promise<Answer> {
  const { transaction, setCookies } = transactions.begin(site, cookies, party.name, returnTo);
  const location = await authorizationUrl(party, site, transaction, asksForAccount);
  return redirect(302, location, ...setCookies.flatMap((cookie) => ["Set-Cookie", cookie]));
}
