import type { Identity } from "../identity/identity.ts";
import { hasEmail, hasEmailDomain, hasGroup, isListed, notListed } from "./access.ts";
import type { Access } from "./access-schema.ts";
import { stricter, type Decision, type Visitor } from "./decision.ts";
import { denialBy, gapsFor, type Denial } from "./gaps.ts";
import { applyOutcome } from "./outcomes.ts";
import type { RequestFacts } from "./request-facts.ts";
import { accessDecides, matchRule, type Decider, type Rule } from "./rules.ts";

/** What the query of `/verify` demands in addition to the policy; it can only restrict. */
export interface Narrowing {
  readonly groups: readonly string[] | undefined;
  readonly emails: readonly string[] | undefined;
  readonly emailDomains: readonly string[] | undefined;
}

/**
 * The decision on a request. The first rule that matches decides, and `access` where none matches. A rule that may
 * match contributes its outcome as well; the strictest outcome counts.
 */
export function decide(
  rules: readonly Rule[],
  access: Access | undefined,
  facts: RequestFacts,
  visitor: Visitor,
  narrowings: readonly Narrowing[] = [],
): Decision {
  let strictest: Decision | undefined;
  for (const rule of rules) {
    const match = matchRule(rule, facts);
    if (match === "no") continue;
    const decision = applyOutcome(rule.outcome, { rule: rule.name, access, facts, visitor });
    strictest = stricter(strictest, decision);
    if (match === "yes") return narrowed(strictest, narrowings, visitor);
  }
  return narrowed(stricter(strictest, byAccess(access, visitor)), narrowings, visitor);
}

/**
 * What decides a request whatever its identity: the first rule that matches, or `access`; undefined where a rule that
 * only may match contributes too. For the same identity at the same site a decider with an equal outcome decides alike,
 * except for preflights, times and narrowings.
 */
export function decidedBy(rules: readonly Rule[], facts: RequestFacts): Decider | undefined {
  for (const rule of rules) {
    const match = matchRule(rule, facts);
    if (match === "yes") return rule;
    if (match === "maybe") return undefined;
  }
  return accessDecides;
}

/** The decision of a decider: the same as `decide`, without another search for the rule. */
export function decideBy(
  { name, outcome }: Decider,
  access: Access | undefined,
  facts: RequestFacts,
  visitor: Visitor,
): Decision {
  if (outcome === "access") return byAccess(access, visitor);
  return applyOutcome(outcome, { rule: name, access, facts, visitor });
}

function byAccess(access: Access | undefined, { identity }: Visitor): Decision {
  if (identity === undefined) return { verdict: "challenge", rule: "access" };
  if (isListed(access, identity)) return { verdict: "allow", rule: "access" };
  return { verdict: "deny", rule: "access", reason: notListed, ...denialBy(identity, [access]) };
}

/** A narrowed public page is open only to an identity that the narrowing lists. */
function narrowed(
  decision: Decision,
  narrowings: readonly Narrowing[],
  { identity }: Visitor,
): Decision {
  if (decision.verdict !== "allow" || narrowings.length === 0) return decision;
  if (identity === undefined) return { verdict: "challenge", rule: decision.rule };
  if (narrowings.every((narrowing) => narrows(narrowing, identity))) return decision;
  return {
    verdict: "deny",
    rule: decision.rule,
    reason: "identity not listed in the query of /verify",
    code: "query_not_listed",
    gaps: gapsFor(
      identity,
      narrowings.map(({ groups, emails, emailDomains }) => ({
        groups,
        emails,
        domains: emailDomains,
      })),
    ),
  };
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
): boolean {
  const isAllowed = (rule: Rule) => {
    const { allow } = rule.config;
    return (
      allow !== undefined &&
      allow !== "public" &&
      isFor(rule, identity) &&
      (allow === "signed-in" || isListed(allow, identity))
    );
  };
  return isListed(access, identity) || rules.some(isAllowed);
}

/** Why an identity that could pass nowhere may be in none of the lists. */
export function denialAnywhere(
  rules: readonly Rule[],
  access: Access | undefined,
  identity: Identity,
): Denial {
  const lists = rules
    .filter((rule) => isFor(rule, identity))
    .map(({ config: { allow } }) => (typeof allow === "string" ? undefined : allow));
  return denialBy(identity, [access, ...lists]);
}

function isFor({ config: { provider } }: Rule, identity: Identity): boolean {
  return provider === undefined || provider.includes(identity.provider);
}
