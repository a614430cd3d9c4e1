import { bitsOf, isInRange, plainAddress } from "./plain-address.ts";
import { hostOf } from "./plain-host.ts";
import { interpretationsOf, matchesPath } from "./plain-path.ts";
import type { PlainPerson, PlainRequest, PlainRule } from "./plain-policy.ts";

/** Whether something is so for every server, for some of them, or for none. */
type Certainty = "always" | "perhaps" | "never";

/** A rule matches if all of its conditions match, and each of them if one of its values does. */
export function matches(
  rule: PlainRule,
  request: PlainRequest,
  person: PlainPerson | undefined,
): Certainty {
  const all: Certainty[] = [];
  const check = (name: string, test: (value: string) => Certainty) => {
    if (rule[name] !== undefined) all.push(any(listOf(rule[name]).map(test)));
  };
  check("host", (written) => hostMatches(written, request));
  check("methods", (method) => {
    if (method === request.method) return "always";
    return method === request.method.toUpperCase() ? "perhaps" : "never";
  });
  check("query", (written) => queryMatches(written, request.uri));
  const address = plainAddress(request.forwardedFor);
  check("ip", (range) => certain(address !== undefined && isInRange(bitsOf(address), range)));
  check("provider", (name) => certain(person?.provider === name));
  if (rule["path"] !== undefined) {
    const readings = interpretationsOf(request.uri);
    const hits = readings.filter((reading) =>
      listOf(rule["path"]).some((pattern) => matchesPath(pattern, reading)),
    );
    const some = hits.length === 0 ? "never" : "perhaps";
    all.push(hits.length === readings.length ? "always" : some);
  }
  if (all.includes("never")) return "never";
  return all.includes("perhaps") ? "perhaps" : "always";
}

function any(certainties: readonly Certainty[]): Certainty {
  if (certainties.includes("always")) return "always";
  return certainties.includes("perhaps") ? "perhaps" : "never";
}

function certain(isSo: boolean): Certainty {
  return isSo ? "always" : "never";
}

function listOf(value: unknown): string[] {
  return [value].flat().map(String);
}

/** Without a port, the rule means 443 (80 for http). On other ports it may deny, never allow. */
function hostMatches(written: string, request: PlainRequest): Certainty {
  const { name, port } = hostOf(request);
  const [pattern = "", patternPort = request.scheme === "https" ? "443" : "80"] = written
    .toLowerCase()
    .split(":");
  const isNamed = pattern.startsWith("*.") ? name.endsWith(pattern.slice(1)) : name === pattern;
  if (!isNamed) return "never";
  return port === patternPort ? "always" : "perhaps";
}

/** A parameter that is repeated, or in an unusual spelling, matches only perhaps. */
function queryMatches(written: string, uri: string): Certainty {
  const query = uri.split("?").slice(1).join("?");
  const exact = [...new URLSearchParams(`&${query}`)];
  const spelled = (name: string) =>
    name.split("\0")[0]?.trim().replace(/^\?+/, "").toLowerCase().split("[")[0];
  const loose = [...exact, ...new URLSearchParams(`&${query.replaceAll(";", "&")}`)];
  const [name = "", ...rest] = written.split("=");
  const alike = loose.filter(([other]) => spelled(other) === spelled(name));
  if (rest.length === 0) {
    if (exact.some(([other]) => other === name)) return "always";
    return alike.length > 0 ? "perhaps" : "never";
  }
  const value = rest.join("=");
  const hits = alike.filter(([, other]) => other.split("\0")[0]?.trim() === value);
  if (hits.length === 0) return "never";
  const isPlain = exact.some(([other, found]) => other === name && found === value);
  return isPlain && hits.length === alike.length ? "always" : "perhaps";
}
