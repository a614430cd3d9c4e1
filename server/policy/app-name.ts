import { requestTo, type ForwardedRequest } from "../forwarded/forwarded-request.ts";
import { pathOf } from "./request-facts.ts";
import type { RulesOfHost } from "./rule-index.ts";
import { matchRule } from "./rules.ts";

/** What pages call the app at a URL: the label of the first rule with one that matches, else its host. */
export function appNameAt(rulesOf: RulesOfHost, url: URL): string {
  const request = requestTo(url);
  return request === undefined ? url.host : appNameOf(rulesOf, request);
}

/** The same for a forwarded request. */
export function appNameOf(rulesOf: RulesOfHost, request: ForwardedRequest): string {
  const facts = { request, provider: undefined, address: undefined, isPreflight: false };
  const labelled = rulesOf(request, pathOf(facts)).filter(
    ({ config }) => config.label !== undefined,
  );
  // A rule without a port may match on every port: its label names the app there too.
  const match = labelled.find((rule) => matchRule(rule, facts) !== "no");
  return match?.config.label ?? request.host;
}
