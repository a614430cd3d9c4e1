import { extname } from "node:path";
import * as v from "valibot";
import type { Config } from "../../config/schema.ts";
import { ConfigError, faultOf, type Fault } from "../../config/faults.ts";
import { unknown, unknownKeys } from "../../config/unknown-keys.ts";
import { isObject } from "../../config/shape.ts";
import { parseYamlFile } from "../import/formats/yaml-parse.ts";
import { childOf, isNull, itemsOf, plainOf, type YamlNode } from "../import/formats/yaml-tree.ts";
import { usersName } from "../policy/visitor.ts";
import { caseFile, policyCase, type PolicyCase } from "./case-schema.ts";

/** A case, and where its file has it. */
export interface PlacedCase {
  readonly line: number;
  readonly written: PolicyCase;
}

const mostCharacters = 4 * 1024 * 1024;
/** With aliases, a short file can stand for a value that fills the memory. */
const mostNodes = 1_000_000;

/** Reads the cases of a file. Throws a `ConfigError` that lists every fault with its line. */
export function readCases(file: string, text: string, config: Config): PlacedCase[] {
  const refuse = (message: string) => new ConfigError(file, [{ path: "", message }]);
  if (!/^\.(ya?ml|json)$/i.test(extname(file)))
    throw refuse("has an unknown format: use a name that ends in .yaml, .yml or .json");
  if (text.length > mostCharacters) throw refuse("is longer than 4 MiB: use several files");
  const { roots, problems } = parseYamlFile({ name: file, text });
  if (problems.length > 0)
    throw new ConfigError(
      file,
      problems.map(({ place, message }) => ({ path: place, message })),
    );
  const [root, ...others] = roots;
  if (root === undefined || isNull(root)) throw refuse("contains no cases: write `cases: [ … ]`");
  if (others.length > 0) throw refuse("contains several documents (---): use one");
  if (sizeOf(root) > mostNodes) throw refuse("is too large with its aliases (*name): use fewer");
  const raw = plainOf(root);
  if (!isObject(raw)) throw refuse("contains no cases: write `cases: [ … ]`");
  const { faults, cases } = checked(raw, config);
  if (faults.length > 0)
    throw new ConfigError(
      file,
      faults.map(({ path, message }) => ({
        path: `${file}:${lineOf(root, path)}: ${path}`,
        message,
      })),
    );
  const nodes = itemsOf(childOf(root, "cases"));
  return cases.map((written, index) => ({ line: nodes[index]?.line ?? 0, written }));
}

/** The number of nodes with every alias written out. An alias shares the node of its anchor. */
function sizeOf(node: YamlNode, known = new Map<YamlNode, number>()): number {
  const size = known.get(node);
  if (size !== undefined) return size;
  const children =
    node.kind === "list"
      ? node.items
      : node.kind === "map"
        ? [...node.entries.values()].map((entry) => entry.node)
        : [];
  const sum = children.reduce((total, child) => total + sizeOf(child, known), 1);
  known.set(node, sum);
  return sum;
}

function checked(
  raw: Record<string, unknown>,
  config: Config,
): { readonly faults: readonly Fault[]; readonly cases: readonly PolicyCase[] } {
  const result = v.safeParse(caseFile, raw);
  const issues = (result.issues ?? []).filter(({ expected }) => expected !== "never");
  const found = [...unknownKeys(caseFile, raw), ...issues.map((issue) => faultOf(issue))];
  const each = [raw.cases].flat().map((one) => v.safeParse(policyCase, one));
  const ofCases = each.flatMap((one, index) =>
    one.success ? caseFaults(one.output, `cases.${index}`, config) : [],
  );
  return { faults: [...found, ...ofCases], cases: result.success ? result.output.cases : [] };
}

/** What no value of a case shows alone. */
function caseFaults(written: PolicyCase, path: string, config: Config): Fault[] {
  const { provider, rule } = written;
  const users = config.users === undefined ? [] : [usersName];
  const names = [...Object.keys(config.providers), ...users];
  const isKnown = provider === undefined || names.includes(provider);
  const last = config.rules.length - 1;
  const isRule = rule === undefined || rule === "access" || Number(rule.slice(6)) <= last;
  const available = last < 0 ? "it has only access" : `it has rules.0 to rules.${last}, and access`;
  return [
    ...(isKnown
      ? []
      : [{ path: `${path}.provider`, message: `"${provider}" ${unknown(provider, names)}` }]),
    ...(isRule
      ? []
      : [{ path: `${path}.rule`, message: `"${rule}" is not in the configuration: ${available}` }]),
    ...personFaults(written, path),
  ];
}

/** Claims that another key of the case sets: which of the two counts would be a guess. */
const claimsOfKeys = { subject: "sub", email: "email", groups: "groups" } as const;

function personFaults(written: PolicyCase, path: string): Fault[] {
  const { provider, email, groups, claims } = written;
  if (provider === usersName && [email, groups, claims].some((part) => part !== undefined))
    return [{ path, message: "a user of the password file has only a name: use only subject" }];
  const keys = Object.entries(claimsOfKeys).filter(
    ([key]) => written[key as keyof typeof claimsOfKeys] !== undefined,
  );
  if (claims === undefined || keys.length === 0) return [];
  return [...Object.values(claimsOfKeys), "email_verified"]
    .filter((name) => claims[name] !== undefined)
    .map((name) => ({
      path: `${path}.claims.${name}`,
      message: `cannot be combined with ${keys.map(([key]) => key).join(", ")}: write the person in one of both ways`,
    }));
}

/** The line of the node at a path, or of the nearest one above it. */
function lineOf(root: YamlNode, path: string): number {
  let node = root;
  let { line } = root;
  for (const key of path.split(".")) {
    const entry = node.kind === "map" ? node.entries.get(key) : undefined;
    const next = entry?.node ?? (node.kind === "list" ? node.items[Number(key)] : undefined);
    if (next === undefined) return line;
    line = entry?.line ?? next.line;
    node = next;
  }
  return line;
}
