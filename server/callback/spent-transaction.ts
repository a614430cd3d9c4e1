import type { SiteContext } from "../context.ts";
import type { Ended } from "../sign-in/known-targets.ts";

/** The `Set-Cookie` headers after a transaction is spent: it is removed, and its return target stays known. */
export function spentCookies(
  { site, transactions, knownTargets }: Pick<SiteContext, "site" | "transactions" | "knownTargets">,
  cookies: string | undefined,
  transaction: Ended,
): string[] {
  const { state } = transaction;
  const room = transactions.roomWithout(site, cookies, state);
  const known = knownTargets.add(site, cookies, [transaction], room);
  return ["Set-Cookie", transactions.forget(site, state), "Set-Cookie", known];
}
