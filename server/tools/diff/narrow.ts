import type { RequestFacts } from "../../policy/request-facts.ts";
import { pathOf } from "../../policy/request-facts.ts";
import type { Rule } from "../../policy/rules.ts";
import type { Candidate, Side } from "./sides.ts";

/** The parts of a request in the order in which they are chosen. A condition that is not named belongs to the path. */
const levels = ["path", "methods", "query", "ip", "provider"] as const;

export type Level = (typeof levels)[number];

function levelOf(condition: string): number {
  const index = levels.findIndex((level) => level === condition);
  return Math.max(index, 0);
}

/**
 * The rules that still may decide once one more part of the request is known. Conditions are evaluated by the code that
 * `/verify` calls; this only chooses the requests that are worth a decision.
 */
export function narrow(side: Side, facts: RequestFacts, level: Level): Side {
  const current = levels.indexOf(level);
  const candidates: Candidate[] = [];
  for (const candidate of side.candidates) {
    const narrowed = narrowOne(candidate, facts, current);
    if (narrowed === undefined) continue;
    candidates.push(narrowed);
    if (!narrowed.isMaybe && !hasConditionsAfter(narrowed.rule, current)) break;
  }
  return { ...side, candidates };
}

function narrowOne(
  { rule, isMaybe: wasMaybe }: Candidate,
  facts: RequestFacts,
  current: number,
): Candidate | undefined {
  let isMaybe = wasMaybe;
  for (const condition of rule.otherConditions) {
    if (levelOf(condition.name) !== current) continue;
    const match = condition.match(facts);
    if (match === "no") return undefined;
    if (match === "maybe") isMaybe = true;
  }
  if (current === 0 && rule.outcome.isPublic && pathOf(facts).isTreacherous) return undefined;
  return { rule, isMaybe };
}

function hasConditionsAfter(rule: Rule, current: number): boolean {
  return rule.otherConditions.some(({ name }) => levelOf(name) > current);
}

/** What of a rule may still decide after a level, as text. */
export function remainingKey({ rule, isMaybe }: Candidate, level: Level | "host"): string {
  const current = level === "host" ? -1 : levels.indexOf(level);
  return (isMaybe ? "maybe " : "") + keyOf(rule, current);
}

/** The proxies, where a rule may still compare the visitor's address: it is the first one that is no proxy's. */
export function proxiesKey({ policy, candidates }: Side, level: Level | "host"): string {
  const isBefore = level === "host" || levelOf(level) < levelOf("ip");
  const comparesAddress = isBefore && candidates.some(({ rule }) => rule.config.ip !== undefined);
  return comparesAddress ? policy.config.trustedProxies.join() : "";
}

const keys = new WeakMap<Rule, string[]>();

function keyOf(rule: Rule, current: number): string {
  const known = keys.get(rule) ?? [];
  keys.set(rule, known);
  return (known[current + 1] ??= JSON.stringify(
    Object.entries(rule.config)
      .filter(([name]) => name !== "host" && name !== "label" && !isDone(rule, name, current))
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  ));
}

function isDone({ otherConditions }: Rule, name: string, current: number): boolean {
  return otherConditions.some((one) => one.name === name) && levelOf(name) <= current;
}
