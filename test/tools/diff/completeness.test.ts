import { expect, it } from "vitest";
import { forwardedRequest, isMalformed } from "../../../server/forwarded/forwarded-request.ts";
import { findDifferences, type Difference } from "../../../server/tools/diff/differences.ts";
import { identityOf } from "../../../server/tools/diff/made-up-identity.ts";
import { bothOf, compileSides, type Sides } from "../../../server/tools/diff/sides.ts";
import { rulingOn, type Policy, type Ruling } from "../../../server/tools/policy/policy.ts";
import { mutated, withOtherProxies } from "../../peers/mutated-policy.ts";
import { plainOpinion, type PlainPerson } from "../../peers/plain-policy.ts";
import { identityOfPerson, randomConfig, randomPerson } from "../../peers/policy-pair.ts";
import { randomRequest, randomSettings, type RandomSettings } from "../../peers/random-policy.ts";
import { randomFrom, type Random } from "../../peers/random.ts";

const now = 1_800_000_000_000;
/** The same in each run, so that the numbers of its cases are known; the other seed tries new configurations each time. */
const fixed = { seed: 12, pairs: 50, tooLarge: 0, changed: 200, unchanged: 3, compared: 800 };
const fresh = {
  seed: Date.now() % 2 ** 32,
  pairs: 20,
  tooLarge: 5,
  changed: 0,
  unchanged: -1,
  compared: 0,
};
const runs = [fixed, fresh];

interface Pair {
  readonly settings: Sides<RandomSettings>;
  readonly policies: Sides<Policy>;
  readonly differences: readonly Difference[];
}

function withOneChange(random: Random): Sides<RandomSettings> {
  const old = randomSettings(random);
  return { old, new: mutated(random, old) };
}

/** Pairs of configurations of which one is the other with one change, and what diff finds. */
function* randomPairs(
  random: Random,
  mostTooLarge: number,
  settingsOf = withOneChange,
): Generator<Pair> {
  let tooLarge = 0;
  for (;;) {
    const settings = settingsOf(random);
    const configs = bothOf(settings, randomConfig);
    if (configs.old === undefined || configs.new === undefined) continue;
    const policies = compileSides({ old: configs.old, new: configs.new });
    const { differences, omitted } = findDifferences(policies, now);
    // Lists with thousands of combinations are rare. diff does not try all of these, and reports that.
    if (omitted.length === 0) yield { settings, policies, differences };
    else if (++tooLarge > mostTooLarge) throw new Error(`not tried: ${omitted.join()}`);
  }
}

function keyOf(isSignedIn: boolean, { old, new: later }: Sides<Ruling>): string {
  return JSON.stringify([isSignedIn, old.verdict, old.rule, later.verdict, later.rule]);
}

/** A random request of a random person, if the configurations decide differently about it. */
function randomDifference(random: Random, { settings, policies }: Pair): string | undefined {
  const { rules } = random.once(2) ? settings.old : settings.new;
  const { method, scheme, host, uri, forwardedFor, isPreflight } = randomRequest(random, rules);
  const request = forwardedRequest(method, scheme, host, uri);
  const person = randomPerson(random, random.pick(["company", "partner"]), now);
  const isAnonymous = random.once(3);
  if (isMalformed(request)) return undefined;
  const known = bothOf(policies, ({ config }) => config.providers[person.provider] !== undefined);
  if (!isAnonymous && !known.old && !known.new) return undefined;
  const asked = { request, address: forwardedFor, isPreflight };
  const rulings = bothOf(policies, (policy) => {
    const hasSession = !isAnonymous && policy.config.providers[person.provider] !== undefined;
    return rulingOn(
      policy,
      asked,
      { identity: hasSession ? identityOfPerson(person) : undefined },
      now,
    );
  });
  if (rulings.old.verdict === rulings.new.verdict) return undefined;
  return keyOf(!isAnonymous, rulings);
}

it.each(
  runs.flatMap((run) => [
    { change: "the rules", ...run, settingsOf: withOneChange },
    { change: "the trusted proxies", ...run, settingsOf: withOtherProxies },
  ]),
)(
  "reports each change of a decision by the same two rules, whatever the request and the person ($change, seed $seed)",
  { timeout: 300_000 },
  ({ seed, pairs, tooLarge, settingsOf, ...least }) => {
    const random = randomFrom(seed);
    let [changed, unchanged] = [0, 0];
    const missed: unknown[] = [];
    for (const pair of randomPairs(random, tooLarge, settingsOf).take(pairs)) {
      const reported = new Set(
        pair.differences.map(({ visitor, rulings }) =>
          keyOf(visitor.provider !== undefined, rulings),
        ),
      );
      for (let asked = 0; asked < 200; asked++) {
        const key = randomDifference(random, pair);
        if (key === undefined) continue;
        changed++;
        if (!reported.has(key)) missed.push({ key, ...pair.settings });
      }
      if (reported.size === 0) unchanged++;
    }

    expect(missed.slice(0, 3)).toEqual([]);
    expect(changed).toBeGreaterThan(least.changed);
    expect(unchanged).toBeGreaterThan(least.unchanged);
  },
);

/** The person of a difference in the words of the second implementation. */
function plainPerson({ visitor }: Difference): PlainPerson | undefined {
  if (visitor.provider === undefined) return undefined;
  const { subject, email = "", groups, claims, provider } = identityOf(visitor, now);
  const own = { sub: subject, email, email_verified: email !== "", groups: [...groups] };
  return { provider, claims: { preferred_username: "", ...claims, ...own } };
}

/** A challenge to a browser that no sign-in could help is a denial; the second implementation knows no browsers. */
function plainVerdict({ verdict, reason = "" }: Ruling): string {
  return reason.startsWith("no sign-in can lead to this URL") ? "challenge" : verdict;
}

/** The second implementation has no `exactPath`, no limits of lengths, and no claims that are lists. */
function isKnown({ request, visitor: { traits } }: Difference): boolean {
  const paths = traits.claims?.map(([path]) => path) ?? [];
  return request.asked.request.uri.length < 8_000 && new Set(paths).size === paths.length;
}

it.each(runs)(
  "reports nothing that a second implementation of the policy decides otherwise (seed $seed)",
  { timeout: 300_000 },
  ({ seed, tooLarge, ...least }) => {
    const random = randomFrom(seed);
    let compared = 0;
    for (const { settings, differences } of randomPairs(random, tooLarge).take(30)) {
      if (settings.new.rules.some(({ exactPath }) => exactPath !== undefined)) continue;
      for (const one of differences.filter((each) => random.once(2) && isKnown(each))) {
        const { request, address, isPreflight } = one.request.asked;
        const asked = { ...request, forwardedFor: address, isPreflight, narrowing: [] };
        const opinions = bothOf(settings, (of) => {
          const config = { cookieDomain: "example.com", ...of };
          return plainOpinion(config, asked, plainPerson(one), now).verdict;
        });
        compared++;
        const context = { asked, person: plainPerson(one), settings };
        expect({ ...context, opinions }).toEqual({
          ...context,
          opinions: bothOf(one.rulings, plainVerdict),
        });
      }
    }

    expect(compared).toBeGreaterThan(least.compared);
  },
);
