import type { Access } from "../config/schema.ts";
import type { Identity } from "./identity.ts";

/** challenge = not signed in, deny = signed in and not permitted. The reason is for the log. */
export type Decision =
  | { readonly verdict: "allow" }
  | { readonly verdict: "challenge" }
  | { readonly verdict: "deny"; readonly reason: string };

/** What the query of `/verify` asks on top of the policy; it can only narrow. */
export interface Narrowing {
  readonly groups: readonly string[] | undefined;
  readonly emails: readonly string[] | undefined;
  readonly emailDomains: readonly string[] | undefined;
}

const allow: Decision = { verdict: "allow" };
const challenge: Decision = { verdict: "challenge" };

/** The verdict on somebody who may or may not be signed in. */
export function decide(
  access: Access,
  narrowings: readonly Narrowing[],
  identity: Identity | undefined,
): Decision {
  if (identity === undefined) return challenge;
  if (!permits(access, identity))
    return { verdict: "deny", reason: "access does not name this identity" };
  const failed = narrowings.find((narrowing) => !narrows(narrowing, identity));
  return failed ? { verdict: "deny", reason: "the query of /verify asks for more" } : allow;
}

/** Whether any one of the lists names the identity. An empty list names nobody. */
export function permits(access: Access, identity: Identity): boolean {
  return (
    access.anyone === true ||
    (access.subjects?.includes(identity.subject) ?? false) ||
    hasEmail(access.emails, identity) ||
    hasEmailDomain(access.domains, identity) ||
    hasGroup(access.groups, identity)
  );
}

function narrows(narrowing: Narrowing, identity: Identity): boolean {
  return (
    (narrowing.groups === undefined || hasGroup(narrowing.groups, identity)) &&
    (narrowing.emails === undefined || hasEmail(narrowing.emails, identity)) &&
    (narrowing.emailDomains === undefined || hasEmailDomain(narrowing.emailDomains, identity))
  );
}

function hasEmail(emails: readonly string[] | undefined, identity: Identity): boolean {
  return identity.email !== undefined && (emails?.includes(identity.email) ?? false);
}

/** `example.com` is that domain alone, `*.example.com` what is beneath it and not itself. */
function hasEmailDomain(domains: readonly string[] | undefined, identity: Identity): boolean {
  const domain = identity.email?.slice(identity.email.indexOf("@") + 1);
  if (domain === undefined) return false;
  return (
    domains?.some((pattern) =>
      pattern.startsWith("*.")
        ? domain.endsWith(pattern.slice(1)) && domain.length > pattern.length - 1
        : domain === pattern,
    ) ?? false
  );
}

function hasGroup(groups: readonly string[] | undefined, identity: Identity): boolean {
  return groups?.some((group) => identity.groups.includes(group)) ?? false;
}
