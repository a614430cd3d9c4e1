import { flagForm, formOf } from "./claim-form.ts";
import { claimAt, text, type Claims } from "./claims.ts";
import type { Answers, Options, Person } from "./provider.ts";

interface EmailFound {
  readonly email: string | undefined;
  /** For the operator: why there is none. */
  readonly gap: string | undefined;
}

/** The address and `email_verified` must come from the same source, or one could verify the other's address. */
export function verifiedEmail(
  { idToken, userinfo }: Answers,
  { emailClaim = "email", trustEmail }: Options,
): EmailFound {
  const sources = [idToken, ...(userinfo === undefined ? [] : [userinfo])];
  // `trustEmail: true` applies to issuers without `email_verified`; it does not override `email_verified: false`.
  const isTrusted =
    trustEmail === "always" ||
    (trustEmail && sources.every((source) => !Object.hasOwn(source, "email_verified")));
  for (const source of sources) {
    const email = text(claimAt(source, emailClaim));
    if (email !== undefined && (isTrusted || isVerified(source, email)))
      return { email, gap: undefined };
  }
  const gaps = sources.flatMap(
    (source) => gapIn(source, source === userinfo ? "userinfo" : "the token", emailClaim) ?? [],
  );
  if (gaps.length === 0) gaps.push(absence(emailClaim, userinfo !== undefined));
  if (trustEmail && !isTrusted)
    gaps.push("trustEmail does not apply, because the issuer sends email_verified");
  return { email: undefined, gap: gaps.join("; ") };
}

/** `email_verified` applies to `email` (Core §5.1), and to another claim only if there is no `email`. */
function isVerified(source: Claims, email: string): boolean {
  return source.email_verified === true && (source.email === undefined || source.email === email);
}

function gapIn(source: Claims, where: string, emailClaim: string): string | undefined {
  const value = claimAt(source, emailClaim);
  if (value === undefined) return undefined;
  if (text(value) === undefined)
    return `${emailClaim} in ${where} is ${formOf(value)}, not an address`;
  const { email_verified: flag } = source;
  return flag === true
    ? `${emailClaim} in ${where} does not count: email_verified is about the claim email, which is another address`
    : unverified(emailClaim, where, "email_verified", flag);
}

function absence(emailClaim: string, isUserinfoRead: boolean): string {
  return isUserinfoRead
    ? `${emailClaim} is absent in the token and userinfo`
    : `${emailClaim} is absent in the token (userinfo was not read)`;
}

/** The address at a provider's API, if the flag beside it is true. */
export function flaggedEmail(account: unknown, flag: string): Pick<Person, "email" | "gaps"> {
  const email = text(claimAt(account, "email"));
  const value = claimAt(account, flag);
  if (email !== undefined && value === true) return { email };
  const gap =
    email === undefined
      ? "the provider's API sent no email"
      : unverified("email", "the API's response", flag, value);
  return { email: undefined, gaps: { email: gap } };
}

/** That an address does not count because the provider's flag is not true. */
function unverified(claim: string, where: string, flag: string, value: unknown): string {
  return `${claim} in ${where} does not count: ${flag} there is ${flagForm(value)}, not true`;
}
