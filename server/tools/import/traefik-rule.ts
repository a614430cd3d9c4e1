import { pathPatternFault } from "../../policy/path-pattern.ts";
import { dnsName } from "../../values/leaves.ts";
import { present } from "./provider.ts";
import { parseTraefikRule, type Conjunction, type Matcher } from "./traefik-matcher.ts";

/** A rule that opens must not match more than the original, one that closes must not match less. */
type Effect = "opens" | "closes";

/** Conditions of doorward rules, or why the rule cannot be translated. */
type TranslatedRule =
  | { readonly conditions: readonly Record<string, unknown>[] }
  | { readonly lost: string };

export function translateTraefikRule(rule: string, effect: Effect): TranslatedRule {
  const conjunctions = parseTraefikRule(rule);
  if (conjunctions === undefined)
    return { lost: "is malformed or contains a negation, which a rule cannot express" };
  const found = conjunctions.map((all) => conditionsOf(all, effect));
  const lost = found.find((one) => "lost" in one);
  if (lost !== undefined) return lost;
  return { conditions: found.flatMap((one) => ("conditions" in one ? one.conditions : [])) };
}

function conditionsOf(matchers: Conjunction, effect: Effect): TranslatedRule {
  const conditions: Record<string, unknown> = {};
  for (const matcher of matchers) {
    const key = keys[matcher.name];
    if (key === undefined)
      return { lost: `contains ${matcher.name}(…), which a rule cannot express` };
    if (conditions[key] !== undefined) return { lost: `contains two conditions on the ${key}` };
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
  const pattern = values.find((host) => !dnsName.test(host.toLowerCase()));
  return pattern === undefined
    ? values
    : `contains the host pattern ${pattern}, which a rule cannot express`;
}

/**
 * `PathPrefix` ignores segment boundaries: `/api` matches `/apiary`. A rule treats `/a` and `/a/` as equal, but
 * `Path` does not.
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
      return `contains the path ${written}, which a rule cannot express`;
    if (name === "Path") {
      if (effect === "opens" && path !== "")
        return `matches only ${written}, but a rule would also match ${isSlashed ? path : `${path}/`}`;
      found.push(path === "" ? "/" : path);
    } else if (effect === "opens")
      found.push(isSlashed && path !== "" ? `${path}/*/**` : `${path}/**`);
    else if (isSlashed || path === "") found.push(`${path}/**`);
    else
      return `protects every path that starts with ${written}, even ${written}-x, which a rule would not match: write PathPrefix(\`${written}/\`) and Path(\`${written}\`) if you mean these`;
  }
  return found;
}
