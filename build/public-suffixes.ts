import { createRequire } from "node:module";
import { getPublicSuffix } from "tldts";
import * as v from "valibot";

/** What tldts keeps of the Public Suffix List: a tree of labels, whose edges lie in one text. */
const tree = v.object({
  nodeFlags: v.instance(Uint8Array),
  edgeStart: v.custom<ArrayLike<number>>(ArrayBuffer.isView),
  edgeChild: v.custom<ArrayLike<number>>(ArrayBuffer.isView),
  edgeLength: v.custom<ArrayLike<number>>(ArrayBuffer.isView),
  labelText: v.string(),
  rulesRoot: v.number(),
  exceptionsRoot: v.number(),
});
type Tree = v.InferOutput<typeof tree>;

/**
 * The rules of the Public Suffix List in the notation of the list itself (`co.uk`, `*.ck`, `!www.ck`), a line each. Throws
 * if tldts does not judge by one of them as it should: then it has another form now.
 */
export function publicSuffixRules(): string[] {
  const require = createRequire(import.meta.url);
  const whole = v.parse(tree, require("tldts/dist/cjs/src/data/trie.js"));
  const labels = labelsOf(whole);
  const rules = rulesBelow(whole, labels, whole.rulesRoot, "");
  const exceptions = rulesBelow(whole, labels, whole.exceptionsRoot, "").map((rule) => `!${rule}`);
  // A configuration has hosts in ASCII only.
  const all = [...rules, ...exceptions].filter((rule) => /^[\x21-\x7e]+$/.test(rule));
  const wrong = all.find((rule) => !isJudged(rule));
  if (wrong !== undefined) throw new Error(`tldts does not judge by the rule ${wrong}`);
  return all;
}

/** The label of each edge: the text has them one after the other. */
function labelsOf({ edgeLength, labelText }: Tree): string[] {
  let end = 0;
  return Array.from(edgeLength, (length) => labelText.slice(end, (end += length)));
}

function rulesBelow(
  whole: Tree,
  labels: readonly string[],
  node: number,
  suffix: string,
): string[] {
  const found: string[] = [];
  const last = whole.edgeStart[node + 1] ?? 0;
  for (let edge = whole.edgeStart[node] ?? 0; edge < last; edge++) {
    const name = suffix === "" ? labels[edge] : `${labels[edge]}.${suffix}`;
    const child = whole.edgeChild[edge];
    if (name === undefined || child === undefined) throw new Error("an edge of tldts has no end");
    if ((whole.nodeFlags[child] ?? 0) > 0) found.push(name);
    found.push(...rulesBelow(whole, labels, child, name));
  }
  return found;
}

function isJudged(rule: string): boolean {
  const domain = rule.replace(/^!/, "").replace("*", "a-label-of-no-rule");
  const isSuffix = getPublicSuffix(domain, { allowPrivateDomains: true }) === domain;
  return isSuffix === !rule.startsWith("!");
}
