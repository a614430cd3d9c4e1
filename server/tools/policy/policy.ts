import { rulesAccepting } from "../../credentials/authenticate-credentials.ts";
import {
  createProtectedResources,
  type ProtectedResources,
} from "../../config/protected-resources.ts";
import type { Config } from "../../config/schema.ts";
import { createSiteFinder } from "../../config/site-finder.ts";
import type { Site, SiteEntry } from "../../config/site.ts";
import { createSites } from "../../config/sites.ts";
import { hostnameOf, urlOf, type ForwardedRequest } from "../../forwarded/forwarded-request.ts";
import { createAddressRanges, visitorAddress } from "../../http/address-ranges.ts";
import type { Decision } from "../../policy/decision.ts";
import { readPath, type PathReadings } from "../../policy/path-readings.ts";
import { decide } from "../../policy/policy.ts";
import { pathOf, type RequestFacts } from "../../policy/request-facts.ts";
import { indexByHost, type RulesOfHost } from "../../policy/rule-index.ts";
import { compileRules, type Rule } from "../../policy/rules.ts";
import { createReturnTargets, type TargetFault } from "../../sign-in/return-target.ts";
import { usersName, type SignedIn } from "./visitor.ts";

/** A request of a visitor, as a proxy would describe it. */
export interface Asked {
  readonly request: ForwardedRequest;
  /** What the proxy sends as `X-Forwarded-For`. */
  readonly address: string | undefined;
  readonly isPreflight: boolean;
  /** The readings of its path, if they are known already. */
  readonly path?: PathReadings;
}

/** The decision of `/verify` on a browser's request. */
export interface Ruling {
  readonly verdict: Decision["verdict"];
  /** What decided; undefined = no site has the host. */
  readonly rule: string | undefined;
  readonly reason?: string | undefined;
  readonly gaps?: Extract<Decision, { verdict: "deny" }>["gaps"];
}

/** A configuration, prepared for decisions by the functions that `/verify` calls. */
export interface Policy {
  readonly config: Config;
  readonly rules: readonly Rule[];
  readonly resources: ProtectedResources;
  siteOf(request: ForwardedRequest): Site | undefined;
  factsOf(asked: Asked, provider: string | undefined): RequestFacts;
  /** Why no sign-in can lead to the URL of a request; undefined = one can. */
  returnFault(site: Site, request: ForwardedRequest): TargetFault | undefined;
  readonly sites: readonly SiteEntry[];
  /** The index of `/verify`. */
  readonly rulesOf: RulesOfHost;
}

export function compilePolicy(config: Config): Policy {
  const sites = createSites(config);
  const find = createSiteFinder(sites);
  const rules = compileRules(config.rules);
  const rulesOf = indexByHost(rules);
  const isTrusted = createAddressRanges(config.trustedProxies);
  const { targetFault } = createReturnTargets(sites, config);
  return {
    config,
    rules,
    resources: createProtectedResources(config),
    siteOf: (request) => find(hostnameOf(request), request.host),
    factsOf: ({ request, address, isPreflight, path = readPath(request.uri) }, provider) => ({
      request,
      provider,
      address: visitorAddress(address, isTrusted),
      isPreflight,
      path,
    }),
    returnFault(site, request) {
      const url = URL.parse(urlOf(request));
      return url === null ? "host" : targetFault(site.signInSite ?? site, url);
    },
    sites,
    rulesOf,
  };
}

/** What `/verify` decides about a request of a person. */
export function rulingOn(
  policy: Policy,
  asked: Asked,
  { identity, absence }: SignedIn,
  now: number,
): Ruling {
  const site = policy.siteOf(asked.request);
  if (site === undefined) return { verdict: "deny", rule: undefined, reason: noSite };
  const facts = policy.factsOf(asked, identity?.provider);
  const decision = decide(rulesFor(policy, facts), site.access, facts, { identity, now });
  if (decision.verdict !== "challenge") return decision;
  const fault = policy.returnFault(site, asked.request);
  if (fault === undefined) return { ...decision, reason: absence };
  return { verdict: "deny", rule: decision.rule, reason: noReturn[fault] };
}

function rulesFor({ rulesOf }: Policy, facts: RequestFacts): readonly Rule[] {
  return rulesOf(facts.request, pathOf(facts));
}

const noSite = "set cookie.domain (or hosts, if url has {host}), or give the host a site";

/** A browser then gets a page (403) instead of a sign-in. */
const noReturn: Readonly<Record<TargetFault, string>> = {
  scheme: "no sign-in can lead to this URL: browsers send the session cookie over https only",
  host: "no sign-in can lead to this URL: the session cookie does not reach its host",
  port: "no sign-in can lead to this URL: neither a rule nor allowedRedirects names its port",
  "own endpoint": "no sign-in can lead to this URL: it is an address of doorward itself",
};

/** A password counts only where each rule that may decide accepts one. */
export function acceptedBy(policy: Policy, asked: Asked, person: SignedIn): SignedIn {
  if (person.identity?.provider !== usersName) return person;
  const { rules } = policy;
  const facts = policy.factsOf(asked, usersName);
  if (rulesAccepting("basic", { rules, facts }, usersName).length > 0) return person;
  return { identity: undefined, absence: "no rule accepts a password of `users` here" };
}
