import { claimAt, text, texts } from "./claims.ts";
import type { Answers, Options, Person, Provider } from "./provider.ts";

/** OpenID Connect Core §5.1: everybody's claims have the same names, so one function reads them. */
export function identify({ idToken, userinfo = {} }: Answers, options: Options): Person {
  // The ID token is signed and the userinfo answer is not, so the former wins where both speak.
  const find = (name: string) => claimAt(idToken, name) ?? claimAt(userinfo, name);
  return {
    subject: text(idToken.sub) ?? "",
    email: verifiedEmail([idToken, userinfo], options),
    groups: texts(find(options.groupsClaim)),
    name: text(find("name")),
    preferredUsername: text(find(options.usernameClaim)),
  };
}

/** The address and what verifies it come from the same answer, or one could vouch for the other's. */
function verifiedEmail(
  sources: Answers["idToken"][],
  { emailClaim, trustEmail }: Options,
): string | undefined {
  // The operator vouches for issuers that say nothing of it, and not against one that does.
  const isVouchedFor =
    trustEmail && sources.every((source) => !Object.hasOwn(source, "email_verified"));
  for (const source of sources) {
    const email = text(claimAt(source, emailClaim));
    if (email !== undefined && (isVouchedFor || isVerified(source, email))) return email;
  }
  return undefined;
}

/** `email_verified` speaks of `email` (Core §5.1), and of another claim only where there is no `email` beside it. */
function isVerified(source: Answers["idToken"], email: string): boolean {
  return source.email_verified === true && (source.email === undefined || source.email === email);
}

/** An issuer of which only the data is special. */
export function openid(data: Omit<Provider, "identify">): Provider {
  return { ...data, identify };
}
