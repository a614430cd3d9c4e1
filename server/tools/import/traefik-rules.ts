import { addressRangeFault } from "../../http/address-ranges.ts";
import type { TraefikOptions } from "./traefik-options.ts";
import { canOverlap } from "./traefik-overlap.ts";
import { translateTraefikRule } from "./traefik-rule.ts";

type Rule = Record<string, unknown>;

/** `access`, and the rules that differ from it. */
export function importTraefikRules(from: TraefikOptions): {
  access: Rule;
  rules?: readonly Rule[];
  trustedProxies?: string[];
} {
  const global = lists(from, "whitelist", "domain");
  const isOpen = from.text("default-action") === "allow";
  const ranges = trustedRanges(from);
  const opening = from.rules().flatMap((name) => opened(from, name));
  const closingByName = from.rules().map((name) => {
    return { name, rules: closed(from, name, isOpen || opening.length > 0) };
  });
  const closing = closingByName.flatMap(({ rules: own }) => own);
  reportOverlaps(from, closingByName);
  if (global === undefined)
    from.note(
      "to do",
      "whitelist",
      "is missing, and so is domain: every account of the provider has access (access: { anyone: true }); at a public provider that is everyone: to restrict it, set emails or domains in access",
    );
  if (isOpen)
    from.note(
      "to do",
      "default-action",
      '"allow" makes every page public that no other rule protects: remove the last rule if that is not intended',
    );
  if (ranges.length > 0)
    from.note(
      "to do",
      "trusted-ip-networks",
      `for ${ranges.join(", ")}, the visitor's address is the last one in X-Forwarded-For that is not in trustedProxies, which is now loopback: add your proxy's address, but no visitor's`,
    );
  // traefik-forward-auth's rules have no order, so rules that protect come first.
  const rules: Rule[] = [
    ...(ranges.length === 0 ? [] : [{ ip: ranges, allow: "public" }]),
    ...closing,
    ...opening,
    ...(isOpen ? [{ allow: "public" }] : []),
  ];
  return {
    access: global ?? { anyone: true },
    ...(rules.length > 0 && { rules }),
    ...(ranges.length > 0 && { trustedProxies: ["loopback"] }),
  };
}

/** The whitelist if there is one, otherwise the domains; with match-whitelist-or-domain, either. */
function lists(from: TraefikOptions, whitelist: string, domain: string): Rule | undefined {
  const [hasEmails, hasDomains] = [from.has(whitelist), from.has(domain)];
  const isEither = from.isOn("match-whitelist-or-domain");
  if (!hasEmails && !hasDomains) return undefined;
  const isIgnored = hasEmails && hasDomains && !isEither;
  if (isIgnored)
    from.note(
      "left out",
      domain,
      `"${from.list(domain).join(", ")}" is ignored, because ${whitelist} is set and match-whitelist-or-domain is not`,
    );
  return {
    ...(hasEmails && { emails: matchable(from, whitelist) }),
    ...(hasDomains && !isIgnored && { domains: matchable(from, domain) }),
  };
}

/** The entries that can match an address. A list without any admits no account, as in traefik-forward-auth. */
function matchable(from: TraefikOptions, option: string): string[] {
  const written = from.list(option);
  for (const entry of written.filter((one) => one !== one.trim()))
    from.note(
      "left out",
      option,
      `${JSON.stringify(entry)} matches no address, because of the blank at its start or end: remove the blank if it is not intended`,
    );
  if (written.length === 0)
    from.note("different", option, "is empty, so it admits no account: write its entries");
  return written.filter((one) => one === one.trim());
}

/** traefik-forward-auth tries its rules in no fixed order, so of two lists for one request either may count. */
function reportOverlaps(
  from: TraefikOptions,
  closing: readonly { readonly name: string; readonly rules: readonly Rule[] }[],
): void {
  for (const [index, one] of closing.entries())
    for (const other of closing.slice(index + 1)) {
      const isUnclear = one.rules.some((rule) =>
        other.rules.some(
          (another) =>
            JSON.stringify(rule.allow) !== JSON.stringify(another.allow) &&
            canOverlap(rule, another),
        ),
      );
      if (isUnclear)
        from.problem(
          `rule.${other.name}.rule`,
          `can match the same request as rule.${one.name}.rule, and their lists differ: traefik-forward-auth applies either; make the two exclude each other`,
        );
    }
}

/** A rule with the action auth. It matters only if another rule opens something, or if it has its own lists. */
function closed(from: TraefikOptions, name: string, isOpenElse: boolean): Rule[] {
  if (!isAction(from, name, "auth")) return [];
  const own = lists(from, `rule.${name}.whitelist`, `rule.${name}.domains`);
  const option = `rule.${name}.rule`;
  const rule = from.text(option) ?? "";
  const translated = translateTraefikRule(rule, "closes");
  if (!("lost" in translated)) {
    const allow = own ?? lists(from, "whitelist", "domain") ?? "signed-in";
    return translated.conditions.map((conditions) => ({ ...conditions, allow }));
  }
  if (isOpenElse || own !== undefined) from.problem(option, `"${rule}" ${translated.lost}`);
  else
    from.note(
      "left out",
      option,
      `"${rule}" ${translated.lost}; it is not needed: pages that no rule makes public require a sign-in anyway`,
    );
  return [];
}

function opened(from: TraefikOptions, name: string): Rule[] {
  if (!isAction(from, name, "allow")) return [];
  const option = `rule.${name}.rule`;
  const rule = from.text(option) ?? "";
  const translated = translateTraefikRule(rule, "opens");
  if (!("lost" in translated))
    return translated.conditions.map((conditions) => ({ ...conditions, allow: "public" }));
  from.note(
    "to do",
    option,
    `"${rule}" ${translated.lost}: it is not public now; write a rule with allow: public by hand`,
  );
  return [];
}

function isAction(from: TraefikOptions, name: string, wanted: "auth" | "allow"): boolean {
  const option = `rule.${name}.action`;
  const action = from.text(option) ?? "auth";
  if (action !== "auth" && action !== "allow" && wanted === "auth")
    from.problem(option, `"${action}" is unknown; available: auth, allow`);
  return action === wanted;
}

/** Ranges of visitors who need no sign-in. */
function trustedRanges(from: TraefikOptions): string[] {
  const written = [...from.list("trusted-ip-address"), ...from.list("trusted-ip-networks")];
  for (const range of written.filter((one) => addressRangeFault(one) !== undefined))
    from.problem(
      "trusted-ip-networks",
      `"${range}" is not an address range: write one such as 203.0.113.0/24`,
    );
  return written;
}
