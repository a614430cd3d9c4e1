import type { SiteContext } from "../context.ts";
import type { Transactions } from "../sign-in/transaction.ts";

/** The `Set-Cookie` values of a new transaction: those dropped for it keep their targets, as far as there is room. */
export function begunCookies(
  { site, knownTargets }: Pick<SiteContext, "site" | "knownTargets">,
  cookies: string | undefined,
  { setCookies, dropped, room }: ReturnType<Transactions["begin"]>,
): string[] {
  return dropped.length > 0 || !knownTargets.fits(site, cookies, room)
    ? [...setCookies, knownTargets.add(site, cookies, dropped, room)]
    : setCookies;
}
