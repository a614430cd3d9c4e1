import { addressRangeFault } from "../../http/address-ranges.ts";
import type { TraefikOptions } from "./traefik-options.ts";
import { translateTraefikRule } from "./traefik-rule.ts";

type Rule = Record<string, unknown>;

/** Who may pass, and where that is otherwise. */
export function importTraefikRules(from: TraefikOptions): {
  access: Rule;
  rules?: readonly Rule[];
  trustedProxies?: string[];
} {
  const global = lists(from, "whitelist", "domain");
  const isOpen = from.text("default-action") === "allow";
  const ranges = trustedRanges(from);
  const opening = from.rules().flatMap((name) => opened(from, name));
  const closing = from.rules().flatMap((name) => closed(from, name, isOpen || opening.length > 0));
  if (global === undefined)
    from.note(
      "to do",
      "whitelist",
      "whoever can sign in at the provider passes (access.anyone), and at most providers that is everybody in the world",
    );
  if (isOpen)
    from.note(
      "to do",
      "default-action",
      "every address that no rule names is open to everybody, by the last rule",
    );
  if (ranges.length > 0)
    from.note(
      "to do",
      "trusted-ip-networks",
      "a visitor's address is the last in X-Forwarded-For that is none of trustedProxies, which is loopback: add your proxy's address, and no visitor's",
    );
  // Its rules have no order; so whatever closes comes first.
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

/** Addresses of the list, or of the domains where there is no list, or of either if it says so. */
function lists(from: TraefikOptions, whitelist: string, domain: string): Rule | undefined {
  const [emails, domains] = [from.list(whitelist), from.list(domain)];
  const isEither = from.isOn("match-whitelist-or-domain");
  if (emails.length === 0 && domains.length === 0) return undefined;
  if (emails.length > 0 && domains.length > 0 && !isEither)
    from.note(
      "left out",
      domain,
      `${whitelist} alone counts where both are set (match-whitelist-or-domain)`,
    );
  const hasDomains = domains.length > 0 && (emails.length === 0 || isEither);
  return { ...(emails.length > 0 && { emails }), ...(hasDomains && { domains }) };
}

/** A rule that asks for a sign-in says something where another may open, or where it names people of its own. */
function closed(from: TraefikOptions, name: string, isOpenElse: boolean): Rule[] {
  if (!isAction(from, name, "auth")) return [];
  const own = lists(from, `rule.${name}.whitelist`, `rule.${name}.domains`);
  const option = `rule.${name}.rule`;
  const translated = translateTraefikRule(from.text(option) ?? "", "closes");
  if (!("lost" in translated)) {
    const allow = own ?? lists(from, "whitelist", "domain") ?? "signed-in";
    return translated.conditions.map((conditions) => ({ ...conditions, allow }));
  }
  if (isOpenElse || own !== undefined) from.problem(option, translated.lost);
  else
    from.note(
      "left out",
      option,
      `${translated.lost}; what no rule opens asks for a sign-in all the same`,
    );
  return [];
}

function opened(from: TraefikOptions, name: string): Rule[] {
  if (!isAction(from, name, "allow")) return [];
  const option = `rule.${name}.rule`;
  const translated = translateTraefikRule(from.text(option) ?? "", "opens");
  if (!("lost" in translated))
    return translated.conditions.map((conditions) => ({ ...conditions, allow: "public" }));
  from.note(
    "to do",
    option,
    `${translated.lost}: it stays closed; write a rule by hand, with allow: public`,
  );
  return [];
}

function isAction(from: TraefikOptions, name: string, wanted: "auth" | "allow"): boolean {
  const option = `rule.${name}.action`;
  const action = from.text(option) ?? "auth";
  if (action !== "auth" && action !== "allow" && wanted === "auth")
    from.problem(option, `"${action}" is unknown: there are auth, allow`);
  return action === wanted;
}

/** Ranges of visitors who need no sign-in. */
function trustedRanges(from: TraefikOptions): string[] {
  const written = [...from.list("trusted-ip-address"), ...from.list("trusted-ip-networks")];
  for (const range of written.filter((one) => addressRangeFault(one) !== undefined))
    from.problem("trusted-ip-networks", `${range} is no address range`);
  return written;
}
