import { hostnameOf, requestTo } from "../../forwarded/forwarded-request.ts";
import { conditionNames } from "../../policy/conditions.ts";
import { matchHost, parseHostPattern } from "../../policy/host-pattern.ts";
import type { Rule } from "../../policy/rules.ts";
import type { Policy } from "../policy/policy.ts";
import type { ProxyHost } from "./proxy-hosts.ts";
import type { CaseResult } from "./run-cases.ts";

/** What the cases leave untested: rules that decide none of them, and hosts of the proxy. */
export function coverageLines(
  policy: Policy,
  results: readonly CaseResult[],
  hosts: readonly ProxyHost[],
): string[] {
  const { rules } = policy;
  const deciding = new Set(results.map(({ explanation }) => explanation.ruling.rule));
  const tested = new Set(results.map(({ explanation }) => explanation.hostname));
  return [
    ...rules
      .filter(({ name }) => !deciding.has(name))
      .map((rule) => `${rule.name} decides no case (${conditionWords(rule)})`),
    ...(deciding.has("access") || isUnreachable(rules)
      ? []
      : ["access decides no case: add one that no rule matches"]),
    ...hosts.flatMap((host) => hostLine(policy, host, tested) ?? []),
  ];
}

/** A rule without conditions decides whatever comes to it. A public one leaves the paths that are never public. */
function isUnreachable(rules: readonly Rule[]): boolean {
  return rules.some(({ conditions, outcome }) => conditions.length === 0 && !outcome.isPublic);
}

function conditionWords({ config }: Rule): string {
  const written = new Map<string, unknown>(Object.entries(config));
  const words = conditionNames.flatMap((name) => {
    const values = [written.get(name) ?? []].flat().map(String);
    // The value of a parameter can be the secret of a shared link.
    const shown = name === "query" ? values.map((value) => value.replace(/=.*$/s, "=…")) : values;
    return shown.length === 0 ? [] : `${name} ${shown.join(", ")}`;
  });
  return words.length === 0 ? "any request" : words.join("; ");
}

/** A case at any host under a wildcard is one for it. */
function isTested(name: string, tested: ReadonlySet<string>): boolean {
  if (!name.startsWith("*.")) return tested.has(name);
  return [...tested].some((hostname) => hostname.endsWith(name.slice(1)));
}

/** A label that stands for any host that a wildcard of the proxy serves. */
const anyLabel = "any-host";

function hostLine(
  policy: Policy,
  { name, place }: ProxyHost,
  tested: ReadonlySet<string>,
): string | undefined {
  const hostname = name.replace(/^\*/, anyLabel);
  const url = URL.parse(`https://${hostname}/`);
  const request = url === null ? undefined : requestTo(url);
  if (request === undefined) return `${name} (${place}): is not a host name that doorward accepts`;
  const site = policy.siteOf(request);
  if (site === undefined)
    return `${name} (${place}): no site has this host, so every request is denied`;
  const isOwn = site.base === "" && site.url.hostname === hostnameOf(request);
  if (isOwn || isTested(name, tested)) return undefined;
  const isNamed = policy.rules.some(
    ({ config: { host } }) =>
      host !== undefined && matchHost(host.map(parseHostPattern), request) !== "no",
  );
  return isNamed ? undefined : `${name} (${place}): no rule names this host, and no case is there`;
}
