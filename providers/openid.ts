import { claimAt, text, texts } from "./claims.ts";
import { groupsIn } from "./groups-claim.ts";
import type { Answers, Options, Person, Provider } from "./provider.ts";

/** Reads the standard claims of OpenID Connect Core §5.1. */
export function identify(answers: Answers, options: Options): Person {
  return identifyBy(texts, answers, options);
}

/** `readGroups` returns the groups in one value of the groups claim. */
export function identifyBy(
  readGroups: (value: unknown) => readonly string[],
  answers: Answers,
  options: Options,
): Person {
  const { idToken, userinfo = {} } = answers;
  // The ID token is signed and the userinfo response is not, so the ID token wins.
  const find = (name: string) => claimAt(idToken, name) ?? claimAt(userinfo, name);
  return {
    subject: text(idToken.sub) ?? "",
    email: verifiedEmail([idToken, userinfo], options),
    groups: groupsIn(answers, options, readGroups),
    name: text(find("name")),
    preferredUsername: text(find(options.usernameClaim)),
  };
}

/** The address and `email_verified` must come from the same source, or one could verify the other's address. */
function verifiedEmail(
  sources: Answers["idToken"][],
  { emailClaim, trustEmail }: Options,
): string | undefined {
  // `trustEmail` applies to issuers without `email_verified`; it does not override `email_verified: false`.
  const isTrusted =
    trustEmail && sources.every((source) => !Object.hasOwn(source, "email_verified"));
  for (const source of sources) {
    const email = text(claimAt(source, emailClaim));
    if (email !== undefined && (isTrusted || isVerified(source, email))) return email;
  }
  return undefined;
}

/** `email_verified` applies to `email` (Core §5.1), and to another claim only if there is no `email`. */
function isVerified(source: Answers["idToken"], email: string): boolean {
  return source.email_verified === true && (source.email === undefined || source.email === email);
}

/** A provider with standard claims. */
export function openid(data: Omit<Provider, "identify">): Provider {
  return { ...data, identify };
}
