import { randomBytes } from "node:crypto";
import type { Site } from "../config/site.ts";
import { readCookie, setCookie } from "../cookies/cookie.ts";
import { deriveKey, open, seal } from "../cookies/seal.ts";

const lifetimeSeconds = 10 * 60;
/** A longer target is reduced to its origin: sign-ins in progress need the space in the cookies. */
const longestTarget = 500;

/** What a sign-out has ended: the session here, also that at the issuer, or all of the person here. */
const reaches = ["here", "issuer", "everywhere"] as const;
export type SignOutReach = (typeof reaches)[number];

function isReach(text: string): text is SignOutReach {
  return reaches.some((reach) => reach === text);
}

/** The target after a sign-out at the issuer, sealed in a cookie like a transaction. */
export class SignOutReturns {
  readonly #keys: readonly Buffer[];

  constructor(secrets: readonly string[]) {
    this.#keys = secrets.map((secret) => deriveKey(secret, "", "sign-out"));
  }

  begin(site: Site, returnTo: string | undefined): { state: string; setCookie: string } {
    const [key] = this.#keys;
    if (key === undefined) throw new TypeError("no secret is configured");
    const state = randomBytes(16).toString("base64url");
    const value = seal(key, contextOf(site, state), fitting(returnTo ?? ""));
    return { state, setCookie: keep(site, value, lifetimeSeconds) };
  }

  /**
   * The state of a sign-out at the host of an app, which cannot set a cookie of the site where the sign-out ends. It has
   * the target itself, and opens only in the browser that had the session at that site.
   */
  beginFor(
    signInSite: Site,
    sessionToken: string,
    returnTo: string | undefined,
    reach: SignOutReach,
  ): string {
    const [key] = this.#keys;
    if (key === undefined) throw new TypeError("no secret is configured");
    const written = `${reach} ${fitting(returnTo ?? "")}`;
    return seal(key, contextOf(signInSite, sessionToken), written);
  }

  /** What `beginFor` sealed; undefined = none of these was the session of that sign-out. */
  findFor(
    site: Site,
    sessionTokens: readonly string[],
    state: string,
  ): { readonly returnTo: string; readonly reach: SignOutReach } | undefined {
    for (const token of sessionTokens)
      for (const key of this.#keys) {
        const written = open(key, contextOf(site, token), state);
        const [reach = "", returnTo = ""] = written?.split(" ") ?? [];
        if (isReach(reach)) return { returnTo, reach };
      }
    return undefined;
  }

  /** undefined = this browser has no sign-out with that state; "" = no target was requested. */
  find(site: Site, cookies: string | undefined, state: string): string | undefined {
    const value = readCookie(cookies, cookieName(site));
    if (value === undefined) return undefined;
    for (const key of this.#keys) {
      const returnTo = open(key, contextOf(site, state), value);
      if (returnTo !== undefined) return returnTo;
    }
    return undefined;
  }

  forget(site: Site): string {
    return keep(site, "", 0);
  }
}

function fitting(returnTo: string): string {
  return returnTo.length <= longestTarget ? returnTo : `${new URL(returnTo).origin}/`;
}

function keep(site: Site, value: string, maxAgeSeconds: number): string {
  return setCookie(cookieName(site), value, { maxAgeSeconds, secure: site.secure });
}

function cookieName({ ownCookiePrefix }: Site): string {
  return `${ownCookiePrefix}out`;
}

function contextOf({ url }: Site, state: string): string {
  return `sign-out:${url.href}:${state}`;
}
