import type { ForwardedRequest } from "../../forwarded/forwarded-request.ts";
import type { Policy } from "../policy/policy.ts";
import { borderOrigins } from "./border-hosts.ts";
import { proxiesKey, remainingKey } from "./narrow.ts";
import { bothOf, siteKey, type Side, type Sides } from "./sides.ts";

/** Hosts that both configurations treat alike. */
export interface HostClass {
  /** A request to the first of them. */
  readonly request: ForwardedRequest;
  readonly labels: readonly string[];
  readonly sides: Sides<Side>;
  /** The paths of doorward's own endpoints, if they are other ones in the other configuration. */
  readonly endpoints: readonly string[];
}

/** The classes of hosts at which the configurations may decide differently. */
export function hostClasses(policies: Sides<Policy>): HostClass[] {
  const classes = new Map<string, HostClass & { readonly labels: string[] }>();
  for (const { request, label } of borderOrigins(policies)) {
    const sides = bothOf(policies, (policy) => sideAt(policy, request));
    const { old, new: later } = bothOf(sides, (side) => keysOf(side, request));
    if (old.whole === later.whole) continue;
    const key = JSON.stringify([old, later]);
    const isMoved = old.endpoints.join() !== later.endpoints.join();
    const endpoints = isMoved ? [...old.endpoints, ...later.endpoints] : [];
    const known = classes.get(key);
    if (known === undefined) classes.set(key, { request, labels: [label], sides, endpoints });
    else if (!known.labels.includes(label)) known.labels.push(label);
  }
  return [...classes.values()];
}

function sideAt(policy: Policy, request: ForwardedRequest): Side {
  const candidates = policy.rulesOf(request).map((rule) => ({
    rule,
    isMaybe: rule.conditions.some(({ name }) => name === "host"), // another port than the rule's
  }));
  return { policy, site: policy.siteOf(request), candidates };
}

function keysOf(side: Side, request: ForwardedRequest) {
  const { policy, site, candidates } = side;
  const fault = site && policy.returnFault(site, request);
  const endpoints = endpointsAt(side, request);
  const rules = candidates.map((one) => remainingKey(one, "host"));
  return {
    whole: JSON.stringify([siteKey(side), fault, endpoints, rules, proxiesKey(side, "host")]),
    names: candidates.map(({ rule, isMaybe }) => `${rule.name}${isMaybe ? "?" : ""}`),
    endpoints,
  };
}

function endpointsAt({ site }: Side, { scheme, host }: ForwardedRequest): string[] {
  const isOwn = site !== undefined && site.url.origin === `${scheme}://${host}`;
  return isOwn ? [`${site.base}/start`] : [];
}
