import type { SiteContext } from "../context.ts";
import { longestLocation } from "../http/response.ts";
import { reasonsOf } from "../observe/log.ts";
import type { SessionRecord } from "../session/record.ts";
import { endSessionUrl, hintedTarget } from "../sign-in/end-session.ts";
import type { SignOutReach } from "../sign-in/sign-out-return.ts";

/** A session that a sign-out ended. */
export interface Ended {
  readonly token: string;
  readonly record: SessionRecord;
}

/** Where the browser goes from here, and the `Set-Cookie` headers that bring it back. */
interface Onward {
  readonly location: string;
  readonly setCookies: readonly string[];
}

interface Wish {
  readonly returnTo: string | undefined;
  readonly reach: SignOutReach;
  /** Whether a visitor opened the page: a script cannot follow to another origin. */
  readonly isOpened: boolean;
}

/**
 * Finds where a sign-out goes on after it has ended the session here: to the issuer, or from the host of an app to the site
 * where its visitors sign in. undefined = it ends here.
 */
export function createAfterSignOut(context: SiteContext) {
  const { site, config, parties, signOutReturns, visitorLog } = context;
  const { signInSite } = site;

  return async (ended: Ended | undefined, wish: Wish): Promise<Onward | undefined> =>
    (await withHint(ended?.record, wish.returnTo)) ??
    (ended && (await toIssuer(ended, wish.returnTo))) ??
    (wish.isOpened ? toSignInSite(ended, wish) : undefined);

  /** To sign out there too. If the issuer is down, the visitor is still signed out here. */
  async function toIssuer(
    { token, record: { identity, tokens } }: Ended,
    returnTo: string | undefined,
  ): Promise<Onward | undefined> {
    const party = parties.get(identity.provider);
    if (config.signOut !== "issuer" || party === undefined) return undefined;
    const { state, setCookies } = returnFromIssuer(token, returnTo);
    const session = { identity, idToken: tokens?.idToken };
    const location = await issuerUrl(identity.provider, () =>
      endSessionUrl(party, signInSite ?? site, session, state),
    );
    return location === undefined ? undefined : { location, setCookies };
  }

  /** The issuer knows only the addresses of the sign-in's site. */
  function returnFromIssuer(
    token: string,
    returnTo: string | undefined,
  ): { state: string; setCookies: string[] } {
    if (signInSite !== undefined)
      return {
        state: signOutReturns.beginFor(signInSite, token, returnTo, "issuer"),
        setCookies: [],
      };
    const { state, setCookie } = signOutReturns.begin(site, returnTo);
    return { state, setCookies: ["Set-Cookie", setCookie] };
  }

  /** oauth2-proxy's way to sign out at the issuer too: the return target is there, and names the ID token. */
  async function withHint(
    record: SessionRecord | undefined,
    returnTo: string | undefined,
  ): Promise<Onward | undefined> {
    if (config.compat === undefined || returnTo === undefined) return undefined;
    const provider = record?.identity.provider;
    const asked = [...parties.values()].filter(
      ({ name }) => provider === undefined || name === provider,
    );
    const ended = record && { identity: record.identity, idToken: record.tokens?.idToken };
    const location = await issuerUrl(provider, () => hintedTarget(asked, ended, returnTo));
    return location === undefined ? undefined : { location, setCookies: [] };
  }

  async function issuerUrl(
    provider: string | undefined,
    build: () => Promise<string | undefined>,
  ): Promise<string | undefined> {
    try {
      return await build();
    } catch (error) {
      visitorLog.warn(
        { provider, reason: reasonsOf(error) },
        "could not sign out at the issuer; signed out here only",
      );
      return undefined;
    }
  }

  /**
   * The browser may have a session there that this host does not know: it was never opened, or the visitor signed in again
   * at another host. A sealed state carries the visitor's wish for the session that has just ended; without one, that site
   * asks a visitor of another domain.
   */
  function toSignInSite(ended: Ended | undefined, { returnTo, reach }: Wish): Onward | undefined {
    if (signInSite === undefined) return undefined;
    const address = signInSite.address("sign_out");
    const query = new URLSearchParams(
      ended === undefined
        ? returnTo && { rd: returnTo }
        : { state: signOutReturns.beginFor(signInSite, ended.token, returnTo, reach) },
    );
    const url = query.size === 0 ? address : `${address}?${query}`;
    return { location: url.length <= longestLocation ? url : address, setCookies: [] };
  }
}
