import { isAsked } from "../../identity/step-up.ts";
import type { Config } from "../../config/schema.ts";
import type { Asked } from "../policy/policy.ts";
import { offeredAt, usersName } from "../policy/visitor.ts";
import { narrow } from "./narrow.ts";
import { product, waysInto, type Traits, type Ways } from "./traits.ts";
import type { Side, Sides } from "./sides.ts";

/** How a visitor proves who they are. */
type Means = "session" | "password" | "token";

/** A kind of visitor; without a provider, one who is not signed in. */
export interface VisitorKind {
  readonly provider: string | undefined;
  readonly means: Means;
}

/** A visitor about whom the configurations may decide differently. */
export interface BorderVisitor extends VisitorKind {
  readonly traits: Traits;
  /** How long ago they signed in, if the provider sends that. */
  readonly ageMs: number | undefined;
  readonly acr: string | undefined;
}

const anonymous: VisitorKind = { provider: undefined, means: "session" };

/** Those who are not signed in, and those of each provider. */
export function visitorKinds({ old, new: later }: Sides<Side>): VisitorKind[] {
  const sides = [old, later];
  const offered = new Set(
    sides.flatMap(({ site, policy: { config } }) =>
      site === undefined ? [] : offeredAt(site, config),
    ),
  );
  const hasTokens = sides.some(({ candidates }) =>
    candidates.some(({ rule }) => rule.config.bearer !== undefined),
  );
  const tokenIssuers = sides.flatMap(({ policy }) => tokenIssuersOf(policy.config));
  const tokens = [...new Set([...offered, ...tokenIssuers])].filter((name) => name !== usersName);
  return [
    anonymous,
    ...[...offered].map((provider): VisitorKind => ({
      provider,
      means: provider === usersName ? "password" : "session",
    })),
    ...(hasTokens ? tokens.map((provider): VisitorKind => ({ provider, means: "token" })) : []),
  ];
}

function tokenIssuersOf({ rules }: Config): string[] {
  return rules.flatMap(({ bearer }) => bearer?.issuers ?? []).map(({ issuer }) => issuer);
}

/** Whether a site accepts sessions or tokens of a provider. */
export function isOffered({ site, policy }: Side, { provider, means }: VisitorKind): boolean {
  if (provider === undefined || site === undefined) return false;
  const isSitesOwn = offeredAt(site, policy.config).includes(provider);
  return isSitesOwn || (means === "token" && tokenIssuersOf(policy.config).includes(provider));
}

/** The rules that decide about a kind of visitor. */
export function sideFor(side: Side, asked: Asked, kind: VisitorKind): Side {
  const provider = isOffered(side, kind) ? kind.provider : undefined;
  return narrow(side, side.policy.factsOf(asked, provider), "provider");
}

/** People with as little as the lists of the deciding rules need. */
export function borderVisitors(
  { old, new: later }: Sides<Side>,
  kind: VisitorKind,
): { readonly visitors: readonly BorderVisitor[]; readonly isComplete: boolean } {
  const { provider, means } = kind;
  if (provider === undefined) {
    const nothing = { traits: {}, ageMs: undefined, acr: undefined };
    return { visitors: [{ provider, means, ...nothing }], isComplete: true };
  }
  const outcomes = [old, later].flatMap(({ candidates }) =>
    candidates.map(({ rule }) => rule.outcome.stepUp),
  );
  const { ways, isComplete } = waysFor([old, later], outcomes.some(isAsked));
  const possible = means === "password" ? ways.filter(isOnlyName) : ways;
  const traits = new Map([{}, ...possible].map((one: Traits) => [JSON.stringify(one), one]));
  const ages = new Set([undefined, ...outcomes.map(({ maxAgeMs }) => maxAgeMs)]);
  const acrs = new Set([undefined, ...outcomes.flatMap(({ acr }) => acr ?? [])]);
  return {
    visitors: [...traits.values()].flatMap((one) =>
      [...ages].flatMap((ageMs) =>
        [...acrs].map((acr) => ({ provider, means, traits: one, ageMs, acr })),
      ),
    ),
    isComplete,
  };
}

/** With a step-up, a person in the lists of both can be challenged by one and allowed by the other. */
function waysFor(sides: readonly Side[], hasStepUp: boolean): Ways {
  const each = sides.map(waysThrough);
  const both = hasStepUp ? product(each) : { ways: [], isComplete: true };
  return {
    ways: [...each.flatMap(({ ways }) => ways), ...both.ways],
    isComplete: both.isComplete && each.every(({ isComplete }) => isComplete),
  };
}

/** A user of the password file has no more. */
function isOnlyName({ email, groups, claims }: Traits): boolean {
  return email === undefined && groups === undefined && claims === undefined;
}

/** Ways into each list of the rules that may decide, and into all of them. */
function waysThrough({ site, candidates }: Side): Ways {
  const isDecided = candidates.at(-1)?.isMaybe === false;
  const written = candidates.flatMap(({ rule: { config } }) => {
    if (config.deny === true || config.allow === "public" || config.allow === "signed-in")
      return [];
    return [config.allow ?? site?.access];
  });
  const keys = new Map(
    [...written, ...(isDecided ? [] : [site?.access])].map((list) => [JSON.stringify(list), list]),
  );
  const lists = [...keys.values()].map((list) => waysInto(list));
  const together = lists.length > 1 ? product(lists) : { ways: [], isComplete: true };
  return {
    ways: [...lists.flatMap((one) => one.ways), ...together.ways],
    isComplete: together.isComplete && lists.every(({ isComplete }) => isComplete),
  };
}
