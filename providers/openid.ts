import { claimAt, text, texts } from "./claims.ts";
import type { Answers, ClaimNames, Person, Provider } from "./provider.ts";

/** OpenID Connect Core §5.1: everybody's claims have the same names, so one function reads them. */
export function identify({ idToken, userinfo = {} }: Answers, names: ClaimNames): Person {
  // The ID token is signed and the userinfo answer is not, so the former wins where both speak.
  const find = (name: string) => claimAt(idToken, name) ?? claimAt(userinfo, name);
  return {
    subject: text(idToken.sub) ?? "",
    email: verifiedEmail([idToken, userinfo], names),
    groups: texts(find(names.groups)),
    name: text(find("name")),
    preferredUsername: text(find(names.username)),
  };
}

/** The address and its `email_verified` come from the same answer, or one could vouch for the other's. */
function verifiedEmail(sources: Answers["idToken"][], names: ClaimNames): string | undefined {
  for (const source of sources) {
    const email = text(claimAt(source, names.email));
    if (email !== undefined && (names.trustEmail || source.email_verified === true)) return email;
  }
  return undefined;
}

/** An issuer of which only the data is special. */
export function openid(data: Omit<Provider, "identify">): Provider {
  return { ...data, identify };
}
