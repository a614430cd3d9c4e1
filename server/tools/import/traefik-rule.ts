import { pathPatternFault } from "../../policy/path-pattern.ts";
import { dnsName } from "../../values/leaves.ts";
import { present } from "./provider.ts";
import { parseTraefikRule, type Conjunction, type Matcher } from "./traefik-matcher.ts";

/** Which way a condition may err: an opening rule must not match more, a closing one not less. */
export type Effect = "opens" | "closes";

/** Conditions of our rules, or why there are none. */
export type TranslatedRule =
  | { readonly conditions: readonly Record<string, unknown>[] }
  | { readonly lost: string };

export function translateTraefikRule(rule: string, effect: Effect): TranslatedRule {
  const conjunctions = parseTraefikRule(rule);
  if (conjunctions === undefined) return { lost: "is malformed or negates something" };
  const found = conjunctions.map((all) => conditionsOf(all, effect));
  const lost = found.find((one) => "lost" in one);
  if (lost !== undefined) return lost;
  return { conditions: found.flatMap((one) => ("conditions" in one ? one.conditions : [])) };
}

function conditionsOf(matchers: Conjunction, effect: Effect): TranslatedRule {
  const conditions: Record<string, unknown> = {};
  for (const matcher of matchers) {
    const key = keys[matcher.name];
    if (key === undefined) return { lost: `holds ${matcher.name}(…), which no rule can say` };
    if (conditions[key] !== undefined) return { lost: `holds two conditions on the ${key}` };
    const values =
      key === "path"
        ? paths(matcher, effect)
        : key === "host"
          ? hosts(matcher)
          : matcher.values.map((value) => value.toUpperCase());
    if (typeof values === "string") return { lost: values };
    conditions[key] = values.length === 1 ? values[0] : values;
  }
  return { conditions: [present(conditions)] };
}

const keys: Readonly<Record<string, "host" | "path" | "methods">> = {
  Host: "host",
  HostHeader: "host",
  Path: "path",
  PathPrefix: "path",
  Method: "methods",
};

function hosts({ values }: Matcher): readonly string[] | string {
  const strange = values.find((host) => !dnsName.test(host.toLowerCase()));
  return strange === undefined ? values : `names a host by the pattern ${strange}`;
}

/**
 * `PathPrefix` knows no borders: `/api` is `/apiary` too. And to a rule `/a` is `/a/` too, where `Path` tells
 * them apart.
 */
function paths({ name, values }: Matcher, effect: Effect): readonly string[] | string {
  const found: string[] = [];
  for (const written of values) {
    const path = written.replace(/\/$/, "");
    const isSlashed = path !== written;
    if (
      /[{}*]/.test(written) ||
      (path !== "" && pathPatternFault(path) !== undefined) ||
      /\/\//.test(written)
    )
      return `names the path ${written}, which no rule can say`;
    if (name === "Path") {
      if (effect === "opens" && path !== "")
        return `means ${written} alone, and a rule would open ${isSlashed ? path : `${path}/`} too`;
      found.push(path === "" ? "/" : path);
    } else if (effect === "opens")
      found.push(isSlashed && path !== "" ? `${path}/*/**` : `${path}/**`);
    else if (isSlashed || path === "") found.push(`${path}/**`);
    else
      return `closes whatever begins with ${written}, ${written}-x as well, and a rule would leave that: write PathPrefix(\`${written}/\`) and Path(\`${written}\`) if you mean these`;
  }
  return found;
}
