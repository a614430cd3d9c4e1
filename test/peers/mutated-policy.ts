import type { Sides } from "../../server/tools/diff/sides.ts";
import type { PlainRule } from "./plain-policy.ts";
import { randomSettings, type RandomSettings } from "./random-policy.ts";
import type { Random } from "./random.ts";

const proxies = [
  ["127.0.0.1"],
  ["127.0.0.1", "10.0.0.0/24"],
  ["10.1.0.0/16"],
  ["198.51.100.1"],
  ["198.51.100.0/24", "private"],
  ["203.0.113.7", "192.168.1.1"],
  ["2001:db8::/64"],
  ["anyone"],
];

/** Random settings with a rule about addresses, with other proxies, and half of the time also with another change. */
export function withOtherProxies(random: Random): Sides<RandomSettings> {
  for (;;) {
    const settings = randomSettings(random);
    if (!settings.rules.some(({ ip }) => ip !== undefined)) continue;
    const later = random.once(2) ? mutated(random, settings) : settings;
    return {
      old: { ...settings, trustedProxies: random.pick(proxies) },
      new: { ...later, trustedProxies: random.pick(proxies) },
    };
  }
}

const exact = ["/", "/a", "/a/", "/admin", "/a/b", "/public/a"];

/** Random settings with one change, as an operator makes it. */
export function mutated(random: Random, settings: RandomSettings): RandomSettings {
  const { rules } = settings;
  const other = randomSettings(random);
  const index = random.below(rules.length);
  const rule = rules[index];
  const donor = other.rules.length === 0 ? undefined : random.pick(other.rules);
  if (rule === undefined || random.once(12)) return { ...settings, access: other.access };
  const change = random.pick(["remove", "move", "add", "key", "key", "key", "without", "exact"]);
  if (change === "remove") return { ...settings, rules: rules.toSpliced(index, 1) };
  if (change === "move") {
    const without = rules.toSpliced(index, 1);
    return { ...settings, rules: without.toSpliced(random.below(rules.length), 0, rule) };
  }
  if (change === "exact") {
    const { path: _, ...others } = rule;
    return { ...settings, rules: rules.with(index, { ...others, exactPath: random.pick(exact) }) };
  }
  if (donor === undefined) return { ...settings, rules: rules.toSpliced(index, 1) };
  if (change === "add") return { ...settings, rules: rules.toSpliced(index, 0, donor) };
  const key = random.pick(Object.keys(change === "key" ? donor : rule));
  const { [key]: _, ...rest } = rule;
  const replaced: PlainRule = change === "key" ? { ...rest, [key]: donor[key] } : rest;
  return { ...settings, rules: rules.with(index, replaced) };
}
