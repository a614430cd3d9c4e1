import type { ProtectedResource } from "../../config/protected-resources.ts";
import { hostnameOf } from "../../forwarded/forwarded-request.ts";
import type { Identity } from "../../identity/identity.ts";
import type { RequestFacts } from "../../policy/request-facts.ts";
import { failedCondition, matchRule, type Rule } from "../../policy/rules.ts";
import type { Match } from "../../policy/query-readings.ts";
import { acceptedBy, rulingOn, type Asked, type Policy, type Ruling } from "./policy.ts";
import { signedInAt, type Person, type SignedIn } from "./visitor.ts";

/** How a decision comes about, in the order of evaluation. */
export interface Explanation {
  readonly hostname: string;
  /** The URL of the site; undefined = no site has the host. */
  readonly site: string | undefined;
  readonly identity: Identity | undefined;
  /** Why the described person is not signed in. */
  readonly absence: string | undefined;
  /** Each rule up to the one that decides. */
  readonly considered: readonly Considered[];
  readonly ruling: Ruling;
  /** What a token has to be for, with `bearer.metadata` on the rule that decides. */
  readonly resource: ProtectedResource | undefined;
}

interface Considered {
  readonly rule: string;
  readonly match: Match;
  /** Why it does not match. */
  readonly because: string | undefined;
}

export async function explanationOf(
  policy: Policy,
  asked: Asked,
  person: Person,
  now: number,
): Promise<Explanation> {
  const hostname = hostnameOf(asked.request);
  const site = policy.siteOf(asked.request);
  const noPerson: SignedIn = { identity: undefined };
  const described = site === undefined ? noPerson : await signedInAt(site, policy.config, person);
  const accepted = acceptedBy(policy, asked, described);
  const { identity, absence } = accepted;
  const ruling = rulingOn(policy, asked, accepted, now);
  return {
    hostname,
    site: site?.url.href,
    identity,
    absence,
    considered:
      site === undefined ? [] : considered(policy.rules, policy.factsOf(asked, identity?.provider)),
    ruling,
    resource: resourceOf(policy, ruling),
  };
}

function resourceOf({ rules, resources }: Policy, ruling: Ruling): ProtectedResource | undefined {
  const decider = rules.find(({ name }) => name === ruling.rule);
  return decider && resources.get(decider.config);
}

function considered(rules: readonly Rule[], facts: RequestFacts): Considered[] {
  const found: Considered[] = [];
  for (const rule of rules) {
    const match = matchRule(rule, facts);
    const because = match === "no" ? whyNot(rule, facts) : undefined;
    found.push({ rule: rule.name, match, because });
    if (match === "yes") return found;
  }
  return found;
}

function whyNot(rule: Rule, facts: RequestFacts): string {
  const failed = failedCondition(rule, facts);
  if (failed === undefined) return "servers read this path in several ways, so it is never public";
  const { name } = failed;
  const written = [new Map<string, unknown>(Object.entries(rule.config)).get(name)].flat();
  const shown = name === "query" ? written.map(withoutValue) : written;
  return `${name} is not ${shown.join(" or ")}`;
}

/** The value of a parameter can be the secret of a shared link. */
function withoutValue(parameter: unknown): string {
  return String(parameter).replace(/=.*$/s, "=…");
}
