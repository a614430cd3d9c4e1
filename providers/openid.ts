import { claimAt, text, texts, type Claims } from "./claims.ts";
import { groupsIn } from "./groups-claim.ts";
import type { Answers, Options, Person, Provider } from "./provider.ts";
import { verifiedEmail } from "./verified-email.ts";

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
  const { email, gap: emailGap } = verifiedEmail(answers, options);
  const { groups, gap: groupsGap } = groupsIn(answers, options, readGroups);
  return {
    subject: text(idToken.sub) ?? "",
    email,
    groups,
    gaps: { email: emailGap, groups: groupsGap },
    name: text(find("name")),
    preferredUsername: text(find(options.usernameClaim)),
  };
}

/** The groups in another claim of the token, for a person without any in `groupsClaim`. */
export function orGroupsIn(
  groupsClaim: string,
  person: Person,
  idToken: Claims,
  options: Options,
): Person {
  if (person.groups.length > 0 || idToken[groupsClaim] === undefined) return person;
  const { groups, gap } = groupsIn({ idToken, userinfo: undefined }, { ...options, groupsClaim });
  return { ...person, groups, gaps: { ...person.gaps, groups: gap } };
}

/** A provider with standard claims. */
export function openid(data: Omit<Provider, "identify">): Provider {
  return { ...data, identify };
}
