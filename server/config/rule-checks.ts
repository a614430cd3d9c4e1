import { createAddressRanges } from "../http/address-ranges.ts";
import { effectNames } from "../policy/rule-schema.ts";
import { bearerFaults, passwordFaults, tokenIssuerNames } from "./credential-checks.ts";
import type { Fault } from "./faults.ts";
import { metadataFaults } from "./metadata-checks.ts";
import { isObject } from "./shape.ts";
import { providerNameFaults } from "./site-checks.ts";
import { isPublicSuffix } from "../values/public-suffix.ts";

/** Faults of rules that no single value shows, such as a rule that can never match. */
export function ruleFaults(raw: Record<string, unknown>): Fault[] {
  const { rules, providers, trustedProxies } = raw;
  if (!Array.isArray(rules)) return passwordFaults(raw, []);
  const known = nameable(raw, rules);
  const ofRules = rules.flatMap((rule: unknown, index) => {
    if (!isObject(rule)) return [];
    const path = `rules.${index}`;
    return [
      ...outcomeFaults(rule, path),
      ...hostFaults(rule.host, path),
      ...addressFaults(rule.ip, trustedProxies, path),
      ...providerNameFaults(rule, known, `${path}.provider`),
      ...bearerFaults(rule.bearer, providers, `${path}.bearer`),
    ];
  });
  return [...ofRules, ...metadataFaults(raw, rules), ...passwordFaults(raw, rules)];
}

/** The names that a rule's `provider` may use: every source of identities. */
function nameable({ providers, users }: Record<string, unknown>, rules: readonly unknown[]) {
  if (!isObject(providers)) return providers;
  const others = [...tokenIssuerNames(rules), ...(users === undefined ? [] : ["users"])];
  return { ...Object.fromEntries(others.map((name) => [name, true])), ...providers };
}

function outcomeFaults(rule: Record<string, unknown>, path: string): Fault[] {
  const written = effectNames.filter((name) => rule[name] !== undefined);
  if (written.length === 0) {
    return [{ path, message: `has no effect: add one of ${effectNames.join(", ")}` }];
  }
  if (rule.deny !== undefined && written.length > 1) {
    return [
      {
        path: `${path}.deny`,
        message: `denies every request, so ${written.filter((name) => name !== "deny").join(", ")} has no effect: remove one or the other`,
      },
    ];
  }
  const stepUp = written.filter((name) => name === "maxAge" || name === "acr");
  if (rule.allow === "public" && stepUp.length > 0) {
    return [
      {
        path: `${path}.${stepUp[0]}`,
        message: "requires a sign-in, but the rule allows public access: remove one or the other",
      },
    ];
  }
  if (isObject(rule.allow) && Object.values(rule.allow).every((list) => list === undefined)) {
    return [
      {
        path: `${path}.allow`,
        message:
          "matches no identity: add domains, emails, groups, subjects, claims or `verified: true`, or use signed-in",
      },
    ];
  }
  return [];
}

function hostFaults(hosts: unknown, path: string): Fault[] {
  const texts = [hosts].flat().filter((host): host is string => typeof host === "string");
  return texts
    .filter(
      (host) =>
        host.startsWith("*.") && isPublicSuffix(host.slice(2).toLowerCase().replace(/:.*$/, "")),
    )
    .map((host) => ({
      path: `${path}.host`,
      message: `"${host}" is a public suffix, so it also matches other people's hosts: use a domain of your own`,
    }));
}

/** A visitor's address is the first one outside `trustedProxies`, so an address inside it never matches. */
function addressFaults(ranges: unknown, trustedProxies: unknown, path: string): Fault[] {
  const proxies: unknown[] = [trustedProxies ?? ["loopback", "private"]].flat();
  const isProxy = createAddressRanges(
    proxies.filter((range): range is string => typeof range === "string"),
  );
  return [ranges]
    .flat()
    .filter((range): range is string => typeof range === "string" && isProxy(range.split("/")[0]))
    .map((range) => ({
      path: `${path}.ip`,
      message: `"${range}" overlaps trustedProxies, so it can never match a visitor: list only the addresses of your proxies in trustedProxies`,
    }));
}
