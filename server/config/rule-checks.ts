import { createAddressRanges } from "../http/address-ranges.ts";
import { effectNames } from "../policy/rule-schema.ts";
import { bearerFaults, passwordFaults, tokenIssuerNames } from "./credential-checks.ts";
import type { Fault } from "./faults.ts";
import { isObject } from "./shape.ts";
import { isPublicSuffix, providerNameFaults } from "./site-checks.ts";

/** What is wrong with rules as wholes. A rule that cannot mean what it says stops the start. */
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
  return [...ofRules, ...passwordFaults(raw, rules)];
}

/** What `provider` can name: whoever an identity can come from. */
function nameable({ providers, users }: Record<string, unknown>, rules: readonly unknown[]) {
  if (!isObject(providers)) return providers;
  const others = [...tokenIssuerNames(rules), ...(users === undefined ? [] : ["users"])];
  return { ...Object.fromEntries(others.map((name) => [name, true])), ...providers };
}

function outcomeFaults(rule: Record<string, unknown>, path: string): Fault[] {
  const written = effectNames.filter((name) => rule[name] !== undefined);
  if (written.length === 0) {
    return [
      { path, message: `says nothing of what follows: write one of ${effectNames.join(", ")}` },
    ];
  }
  if (rule.deny !== undefined && written.length > 1) {
    return [
      {
        path: `${path}.deny`,
        message: `denies everybody, so ${written.filter((name) => name !== "deny").join(", ")} beside it means nothing`,
      },
    ];
  }
  const stepUp = written.filter((name) => name === "maxAge" || name === "acr");
  if (rule.allow === "public" && stepUp.length > 0) {
    return [
      { path: `${path}.${stepUp[0]}`, message: "asks for a sign-in on a page that is public" },
    ];
  }
  if (isObject(rule.allow) && Object.values(rule.allow).every((list) => list === undefined)) {
    return [
      {
        path: `${path}.allow`,
        message: "names nobody: write domains, emails, groups, subjects or claims, or signed-in",
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
      message: `"${host}" means the hosts of strangers too`,
    }));
}

/** A visitor is whoever is not a proxy, so an address among the proxies' is nobody's. */
function addressFaults(ranges: unknown, trustedProxies: unknown, path: string): Fault[] {
  const proxies = Array.isArray(trustedProxies) ? trustedProxies : ["loopback", "private"];
  const isProxy = createAddressRanges(
    proxies.filter((range): range is string => typeof range === "string"),
  );
  return [ranges]
    .flat()
    .filter((range): range is string => typeof range === "string" && isProxy(range.split("/")[0]))
    .map((range) => ({
      path: `${path}.ip`,
      message: `"${range}" lies within trustedProxies, so no visitor has it: list the addresses of your proxies there, and no more`,
    }));
}
