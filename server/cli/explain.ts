import { rulesAccepting } from "../credentials/authenticate-credentials.ts";
import type { Identity } from "../identity/identity.ts";
import type { Decision } from "../policy/decision.ts";
import { decide } from "../policy/policy.ts";
import { type RequestFacts } from "../policy/request-facts.ts";
import { compileRules, failedCondition, matchRule, type Rule } from "../policy/rules.ts";
import { createProtectedResources } from "../config/protected-resources.ts";
import type { Config } from "../config/schema.ts";
import { createSiteFinder } from "../config/site-finder.ts";
import { createSites } from "../config/sites.ts";
import {
  forwardedRequest,
  hostnameOf,
  isMalformed,
  type ForwardedRequest,
} from "../forwarded/forwarded-request.ts";
import { urlHostOutsideAscii } from "../values/ascii-host.ts";
import { signedInAt, usersName, type Person, type SignedIn } from "./visitor.ts";

/** The person and the request of the command line's options. */
export interface Visitor extends Person {
  readonly method?: string | undefined;
  /** The visitor's own address. */
  readonly ip?: string | undefined;
}

/** Which site, rule and condition decide about a URL, a line each, in the order of evaluation. */
export async function explain(
  config: Config,
  url: string,
  visitor: Visitor,
  now: number,
): Promise<string[]> {
  const request = readUrl(url, visitor.method ?? "GET");
  const site = createSiteFinder(createSites(config))(hostnameOf(request), request.host);
  if (site === undefined) {
    return [
      `site: none covers ${hostnameOf(request)}`,
      "deny: set cookie.domain (or hosts, if url has {host}), or give the host a site",
    ];
  }
  const person = await signedInAt(site, config, visitor);
  const asked = { request, address: visitor.ip, isPreflight: false };
  const rules = compileRules(config.rules);
  const { identity, absence } = acceptedBy(rules, asked, person);
  const facts: RequestFacts = { ...asked, provider: identity?.provider };
  const decision = decide(rules, site.access, facts, { identity, now });
  return [
    `site: ${site.url.href}`,
    `identity: ${identity === undefined ? `not signed in${because(absence)}` : describe(identity)}`,
    ...considered(rules, facts),
    ...resourceOf(config, rules, decision),
    ...lacking(decision),
    `${decision.verdict} by ${decision.rule}${because(reasonOf(decision, absence))}`,
  ];
}

/** A password signs in only where each rule that may decide accepts one. */
function acceptedBy(
  rules: readonly Rule[],
  asked: Omit<RequestFacts, "provider">,
  person: SignedIn,
): SignedIn {
  if (person.identity?.provider !== usersName) return person;
  const facts = { ...asked, provider: usersName };
  if (rulesAccepting("basic", { rules, facts }, usersName).length > 0) return person;
  return { identity: undefined, absence: "no rule accepts a password of `users` here" };
}

function reasonOf(decision: Decision, absence: string | undefined): string | undefined {
  if (decision.verdict === "deny") return decision.reason;
  return decision.verdict === "challenge" ? absence : undefined;
}

function because(reason: string | undefined): string {
  return reason === undefined ? "" : `: ${reason}`;
}

function readUrl(url: string, method: string): ForwardedRequest {
  // Without the URL class, which would normalize the spelling that is to be explained.
  const [, scheme, host, uri] = /^(https?):\/\/([^/?#]*)(.*)$/s.exec(url) ?? [];
  if (scheme === undefined || host === undefined) {
    throw new Error("the URL is not absolute: write https://host/path");
  }
  const fault = urlHostOutsideAscii(url);
  if (fault !== undefined) throw new Error(`the URL ${fault}`);
  const request = forwardedRequest(
    method,
    scheme,
    host,
    uri === undefined || uri === "" ? "/" : uri,
  );
  if (isMalformed(request)) throw new Error(`rejected before any rule: ${request.malformed}`);
  return request;
}

function describe({ email, subject, groups, provider }: Identity): string {
  const name = email ?? (subject === "" ? "no email or subject given" : subject);
  return `${name}, groups [${groups.join(", ")}], signed in by ${provider}`;
}

/** With `bearer.metadata`: what a token has to be for, and whose it may be. */
function resourceOf(config: Config, rules: readonly Rule[], { rule }: Decision): string[] {
  const decider = rules.find(({ name }) => name === rule);
  const resource = decider && createProtectedResources(config).get(decider.config);
  if (resource === undefined) return [];
  const { identifier, issuers, metadataUrl } = resource;
  return [
    `resource: ${identifier}, for tokens of ${issuers.join(" or ")}; metadata at ${metadataUrl}`,
  ];
}

/** What the identity lacks of what the lists compare, as in the log. */
function lacking(decision: Decision): string[] {
  const gaps = decision.verdict === "deny" ? Object.entries(decision.gaps ?? {}) : [];
  return gaps.map(([name, gap]) => `${name}: ${gap}`);
}

/** Each rule up to the one that decides, and why it did or did not match. */
function considered(rules: readonly Rule[], facts: RequestFacts): string[] {
  const lines: string[] = [];
  for (const rule of rules) {
    const match = matchRule(rule, facts);
    lines.push(`${rule.name}: ${match === "no" ? `no, ${whyNot(rule, facts)}` : wording[match]}`);
    if (match === "yes") return lines;
  }
  return [...lines, "access: applies, as no rule decided"];
}

const wording = {
  yes: "matches",
  maybe: "may match: servers read this request in several ways, so the stricter outcome applies",
};

function whyNot(rule: Rule, facts: RequestFacts): string {
  const failed = failedCondition(rule, facts);
  if (failed === undefined) return "servers read this path in several ways, so it is never public";
  const written = new Map<string, unknown>(Object.entries(rule.config)).get(failed.name);
  return `${failed.name} is not ${[written].flat().join(" or ")}`;
}
