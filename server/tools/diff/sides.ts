import type { Config } from "../../config/schema.ts";
import type { Site } from "../../config/site.ts";
import type { RuleConfig } from "../../policy/rule-schema.ts";
import type { Rule } from "../../policy/rules.ts";
import { compilePolicy, type Policy } from "../policy/policy.ts";
import { offeredAt } from "../policy/visitor.ts";

/** The same thing of both configurations. */
export interface Sides<Value> {
  readonly old: Value;
  readonly new: Value;
}

export function bothOf<From, To>({ old, new: later }: Sides<From>, make: (from: From) => To) {
  return { old: make(old), new: make(later) };
}

export function compileSides(configs: Sides<Config>): Sides<Policy> {
  return bothOf(configs, compilePolicy);
}

/** A rule that still may decide, as the parts of the request are chosen one after another. */
export interface Candidate {
  readonly rule: Rule;
  /** Servers read the parts chosen so far in several ways. */
  readonly isMaybe: boolean;
}

/** What one configuration has for a host: its site, and the rules that may decide. */
export interface Side {
  readonly policy: Policy;
  readonly site: Site | undefined;
  readonly candidates: readonly Candidate[];
}

/** The rules of both configurations that still may decide. */
export function rulesOf({ old, new: later }: Sides<Side>): RuleConfig[] {
  return [old, later].flatMap(({ candidates }) => candidates.map(({ rule }) => rule.config));
}

/** Everything of a site that decides, as text. */
export function siteKey({ policy, site }: Side): string {
  if (site === undefined) return "none";
  const known = siteKeys.get(site);
  if (known !== undefined) return known;
  const key = JSON.stringify([site.access, offeredAt(site, policy.config).toSorted()]);
  siteKeys.set(site, key);
  return key;
}

const siteKeys = new WeakMap<Site, string>();
