import { claimAt } from "../../providers/claims.ts";
import type { Access, RuleAccess } from "./access-schema.ts";
import type { Identity } from "../identity/identity.ts";
import { pathOf, type RequestFacts } from "./request-facts.ts";
import { matchRule, type Decider, type Rule } from "./rules.ts";
import { isMet, type StepUp } from "../identity/step-up.ts";

/** challenge = sign in (again), deny = no sign-in of this identity would help. `rule` is what decided. */
export type Decision =
  | { readonly verdict: "allow"; readonly rule: string; readonly showing?: Showing }
  | { readonly verdict: "challenge"; readonly rule: string; readonly stepUp?: StepUp }
  | { readonly verdict: "deny"; readonly rule: string; readonly reason: string };

/** What an allow may tell the app: nothing of a preflight's sender; no token where anybody may pass. */
export type Showing = "nobody" | "identity";

/** What the query of `/verify` asks on top of the policy; it can only narrow. */
export interface Narrowing {
  readonly groups: readonly string[] | undefined;
  readonly emails: readonly string[] | undefined;
  readonly emailDomains: readonly string[] | undefined;
}

/** Who asks: an identity if signed in, and the time in milliseconds since the epoch. */
export interface Visitor {
  readonly identity: Identity | undefined;
  readonly now: number;
}

/**
 * The verdict on a request. The first rule that matches decides, and `access` where none does. A rule
 * that may match or may not has both outcomes, and the harsher one counts.
 */
export function decide(
  rules: readonly Rule[],
  access: Access | undefined,
  facts: RequestFacts,
  visitor: Visitor,
  narrowings: readonly Narrowing[] = [],
): Decision {
  let harshest: Decision | undefined;
  for (const rule of rules) {
    const match = matchRule(rule, facts);
    if (match === "no") continue;
    const outcome = outcomeOf(rule, access, facts, visitor);
    harshest = harsher(harshest, outcome);
    if (match === "yes") return narrowed(harshest, narrowings, visitor);
  }
  return narrowed(harsher(harshest, byAccess(access, visitor)), narrowings, visitor);
}

/**
 * What decides a request whatever its identity: the outcome of the first rule that matches, or "access"; undefined where
 * a rule that only may match has a say too. Of the same identity at the same site the same one says the same again, but
 * for preflights, times and narrowings.
 */
export function decidedBy(rules: readonly Rule[], facts: RequestFacts): Decider | undefined {
  for (const rule of rules) {
    const match = matchRule(rule, facts);
    if (match === "yes") return rule.outcome;
    if (match === "maybe") return undefined;
  }
  return "access";
}

const severity = { allow: 0, challenge: 1, deny: 2 };

function harsher(one: Decision | undefined, other: Decision): Decision {
  return one !== undefined && severity[one.verdict] >= severity[other.verdict] ? one : other;
}

/** What a rule says once it matches. */
function outcomeOf(
  { name, outcome }: Rule,
  access: Access | undefined,
  facts: RequestFacts,
  visitor: Visitor,
): Decision {
  if (outcome.deny) return { verdict: "deny", rule: name, reason: "the rule denies everybody" };
  if (outcome.preflight === "allow" && facts.isPreflight && !pathOf(facts).isTreacherous) {
    return { verdict: "allow", rule: name, showing: "nobody" };
  }
  if (outcome.allow === "public") return { verdict: "allow", rule: name, showing: "identity" };
  const { identity, now } = visitor;
  if (identity === undefined) return { verdict: "challenge", rule: name };
  if (!permits(outcome.allow, access, identity))
    return { verdict: "deny", rule: name, reason: notNamed };
  const stepUp = { maxAgeMs: outcome.maxAge, acr: outcome.acr };
  return isMet(stepUp, identity.claims, now)
    ? { verdict: "allow", rule: name }
    : { verdict: "challenge", rule: name, stepUp };
}

const notNamed = "it does not name this identity";

function byAccess(access: Access | undefined, { identity }: Visitor): Decision {
  if (identity === undefined) return { verdict: "challenge", rule: "access" };
  if (isNamed(access, identity)) return { verdict: "allow", rule: "access" };
  return { verdict: "deny", rule: "access", reason: notNamed };
}

/** A public page stays public when it is narrowed only if there is somebody whom the narrowing names. */
function narrowed(
  decision: Decision,
  narrowings: readonly Narrowing[],
  { identity }: Visitor,
): Decision {
  if (decision.verdict !== "allow" || narrowings.length === 0) return decision;
  if (identity === undefined) return { verdict: "challenge", rule: decision.rule };
  if (narrowings.every((narrowing) => narrows(narrowing, identity))) return decision;
  return { verdict: "deny", rule: decision.rule, reason: "the query of /verify asks for more" };
}

function narrows(narrowing: Narrowing, identity: Identity): boolean {
  return (
    (narrowing.groups === undefined || hasGroup(narrowing.groups, identity)) &&
    (narrowing.emails === undefined || hasEmail(narrowing.emails, identity)) &&
    (narrowing.emailDomains === undefined || hasEmailDomain(narrowing.emailDomains, identity))
  );
}

/** Whether an identity could pass anywhere at all. If not, it gets no session. */
export function couldPass(
  rules: readonly Rule[],
  access: Access | undefined,
  identity: Identity,
  narrowings: readonly Narrowing[] = [],
): boolean {
  const isLetIn = ({ config: { allow, provider } }: Rule) =>
    allow !== undefined &&
    allow !== "public" &&
    (provider === undefined || provider.includes(identity.provider)) &&
    permits(allow, access, identity);
  return (
    (isNamed(access, identity) || rules.some(isLetIn)) &&
    narrowings.every((narrowing) => narrows(narrowing, identity))
  );
}

function permits(
  allow: Rule["config"]["allow"],
  access: Access | undefined,
  identity: Identity,
): boolean {
  if (allow === undefined) return isNamed(access, identity);
  return typeof allow === "string" || isNamed(allow, identity);
}

/** Whether any one of the lists names the identity, or every one of `all`. An empty list names nobody. */
function isNamed(access: Access | RuleAccess | undefined, identity: Identity): boolean {
  if (access === undefined) return false;
  return (
    ("anyone" in access && access.anyone === true) ||
    ("claims" in access && hasClaims(access.claims, identity)) ||
    (access.all !== undefined &&
      access.all.length > 0 &&
      access.all.every((one) => isNamed(one, identity))) ||
    (access.subjects?.includes(identity.subject) ?? false) ||
    hasEmail(access.emails, identity) ||
    hasEmailDomain(access.domains, identity) ||
    hasGroup(access.groups, identity)
  );
}

function hasEmail(emails: readonly string[] | undefined, identity: Identity): boolean {
  return identity.email !== undefined && (emails?.includes(identity.email) ?? false);
}

/** `example.com` is that domain alone, `*.example.com` what is beneath it and not itself. */
function hasEmailDomain(domains: readonly string[] | undefined, { email }: Identity): boolean {
  const domain = email?.slice(email.indexOf("@") + 1);
  if (domain === undefined || domains === undefined) return false;
  return domains.some((pattern) =>
    pattern.startsWith("*.") ? domain.endsWith(pattern.slice(1)) : domain === pattern,
  );
}

function hasGroup(groups: readonly string[] | undefined, identity: Identity): boolean {
  return groups?.some((group) => identity.groups.includes(group)) ?? false;
}

/** All of the claims, each by one of its values. None written is nobody. */
function hasClaims(wanted: RuleAccess["claims"], { claims }: Identity): boolean {
  const entries = Object.entries(wanted ?? {});
  return (
    entries.length > 0 &&
    entries.every(([path, values]) => {
      const found = new Set<unknown>([claimAt(claims, path)].flat());
      return [values].flat().some((value) => found.has(value));
    })
  );
}
