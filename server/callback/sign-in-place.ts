import type { AskedRequest } from "../context.ts";
import type { SignInPlace } from "../session/record.ts";

/** Any caller can send a name as long as a head. */
const longest = 200;

/** Where a person signs in, for the list of sessions: the address as in the log, and what the browser calls itself. */
export function signInPlace(
  { address }: Pick<AskedRequest, "address">,
  userAgent: string | null,
): SignInPlace {
  return { address: shortened(address), browser: shortened(userAgent ?? undefined) };
}

/** Without characters that a terminal or a page would not show as they are. */
function shortened(written: string | undefined): string | undefined {
  return written?.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "").slice(0, longest);
}
