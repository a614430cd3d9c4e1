import { claimAt, type Claims } from "../../providers/claims.ts";
import type { Identity } from "../identity/identity.ts";
import type { Access, RuleAccess } from "./access-schema.ts";

export const notListed = "identity not listed in allow/access";

/** Whether any one of the lists names the identity, or `verified` or `anyone` admits it, or every entry of `all` does. An empty list matches no identity. */
export function isListed(access: Access | RuleAccess | undefined, identity: Identity): boolean {
  if (access === undefined) return false;
  return (
    ("anyone" in access && access.anyone === true) ||
    (access.verified === true && identity.email !== undefined) ||
    ("claims" in access && hasClaims(access.claims, identity)) ||
    (access.all !== undefined &&
      access.all.length > 0 &&
      access.all.every((one) => isListed(one, identity))) ||
    (access.subjects?.includes(identity.subject) ?? false) ||
    hasEmail(access.emails, identity) ||
    hasEmailDomain(access.domains, identity) ||
    hasGroup(access.groups, identity)
  );
}

export function hasEmail(emails: readonly string[] | undefined, identity: Identity): boolean {
  return identity.email !== undefined && (emails?.includes(identity.email) ?? false);
}

/** `example.com` matches that domain only, `*.example.com` its subdomains only. */
export function hasEmailDomain(
  domains: readonly string[] | undefined,
  { email }: Identity,
): boolean {
  const domain = email?.slice(email.indexOf("@") + 1);
  if (domain === undefined || domains === undefined) return false;
  return domains.some((pattern) =>
    pattern.startsWith("*.") ? domain.endsWith(pattern.slice(1)) : domain === pattern,
  );
}

export function hasGroup(groups: readonly string[] | undefined, identity: Identity): boolean {
  return groups?.some((group) => identity.groups.includes(group)) ?? false;
}

/** Every claim must match, each by one of its values. No claims match no identity. */
function hasClaims(wanted: RuleAccess["claims"], { claims }: Identity): boolean {
  const entries = Object.entries(wanted ?? {});
  return entries.length > 0 && entries.every(([path, values]) => hasClaim(claims, path, values));
}

export function hasClaim(claims: Claims, path: string, values: unknown): boolean {
  const found = new Set<unknown>([claimAt(claims, path)].flat());
  return [values].flat().some((value) => found.has(value));
}
