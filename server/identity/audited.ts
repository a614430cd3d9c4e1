import type { CommonFields } from "../observe/events.ts";
import type { Identity } from "./identity.ts";

/** A person of whom the log may not know the address. */
export type AuditedPerson = Pick<Identity, "subject" | "issuer" | "provider"> &
  Partial<Pick<Identity, "email">>;

/** The fields of an audit line that name a person. */
export function auditedIdentity(
  identity: AuditedPerson | undefined,
): Pick<CommonFields, "subject" | "issuer" | "email" | "provider"> {
  if (identity === undefined) return {};
  const { subject, issuer, email, provider } = identity;
  return { subject, issuer, email, provider };
}

const mostGroups = 20;
const longestValue = 200;

/** What a person had, for the line of a denial: bounded, because an issuer may send anything. */
export function auditedClaims({ email, preferredUsername, groups, claims }: Identity) {
  const sent = email === undefined && typeof claims.email === "string" ? claims.email : undefined;
  const address = email ?? sent;
  const domain =
    address?.includes("@") === true ? address.slice(address.lastIndexOf("@") + 1) : undefined;
  return {
    preferredUsername: preferredUsername?.slice(0, longestValue),
    unverifiedEmail: sent?.slice(0, longestValue),
    domain: domain?.slice(0, longestValue),
    groups: groups.slice(0, mostGroups).map((group) => group.slice(0, longestValue)),
  };
}
