import Mustache, { type TemplateSpans } from "mustache";
import { reasonsOf } from "../observe/log.ts";
import { sampleView } from "./sample-view.ts";
import { stylePartial, stylesGrammar } from "./template.ts";

/** A fault of a file, and the line, counted from 1; undefined = of the whole file. */
export interface FileFault {
  readonly line?: number | undefined;
  readonly message: string;
}

type Token = TemplateSpans[number];

/** Everything wrong with an operator's template. */
export function templateFaults(source: string): FileFault[] {
  let tokens: TemplateSpans;
  try {
    tokens = Mustache.parse(source);
  } catch (error) {
    const [, place] = /at (\d+)$/.exec(reasonsOf(error)) ?? [];
    const line = place === undefined ? undefined : lineAt(source, Number(place));
    const reason = reasonsOf(error).replace(/ at \d+$/, "");
    return [{ line, message: `is not a Mustache template: ${reason}` }];
  }
  return [
    ...tokens.flatMap((token) => tokenFaults(token, [sampleView], source)),
    ...htmlFaults(source),
  ];
}

/** `scopes` are the values in which a name is looked up, the innermost last. */
function tokenFaults(token: Token, scopes: readonly unknown[], source: string): FileFault[] {
  const [type, name, start] = token;
  const line = lineAt(source, start);
  if (type === "text" || type === "!" || type === "=") return [];
  if (type === ">")
    return name === "style"
      ? []
      : [{ line, message: `names the partial ${name}, and there is only {{> style}}` }];
  if (type === "&")
    return [{ line, message: `shows ${name} without escaping it: write {{${name}}}` }];
  const value = valueOf(name, scopes);
  if (value === undefined) return [{ line, message: unknownValue(name, scopes) }];
  const children = token[4];
  if (!Array.isArray(children)) return shownFaults(name, value, line);
  const inner = Array.isArray(value) ? value[0] : value;
  const nested = type === "^" ? scopes : [...scopes, inner];
  return children.flatMap((child) => tokenFaults(child, nested, source));
}

/** Only text can be shown, and a text with a value in it has it only in `parts`. */
function shownFaults(name: string, value: unknown, line: number): FileFault[] {
  if (typeof value === "object")
    return [
      { line, message: `shows ${name}, which is a section: write {{#${name}}}…{{/${name}}}` },
    ];
  const isIncomplete = name.startsWith("texts.") && String(value).includes("{");
  return isIncomplete
    ? [{ line, message: `shows ${name}, a text with values in it: only pages fill them in` }]
    : [];
}

function valueOf(name: string, scopes: readonly unknown[]): unknown {
  if (name === ".") return scopes.at(-1);
  const [first = "", ...rest] = name.split(".");
  const scope = scopes.findLast((one) => own(one, first) !== undefined);
  return [first, ...rest].reduce<unknown>(own, scope);
}

function own(value: unknown, name: string): unknown {
  const isObject = typeof value === "object" && value !== null;
  return isObject && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}

function unknownValue(name: string, scopes: readonly unknown[]): string {
  const names = scopes.flatMap((scope) =>
    typeof scope === "object" && scope !== null ? Object.keys(scope) : [],
  );
  return `names ${name}, and there is no such value here: use one of ${[...new Set(names)].join(", ")}`;
}

/** The pages' Content-Security-Policy blocks all of these, without a word to the visitor. */
const blocked: readonly (readonly [RegExp, string])[] = [
  [/<script\b/gi, "contains a script, and pages run none: remove it"],
  [/\son[a-z]+\s*=/gi, "contains an event handler, and pages run no script: remove it"],
  [/\sstyle\s*=/gi, "contains a style attribute, which the pages' policy blocks: use a class"],
  [
    /<(?:link|iframe|object|embed|base|form|meta\s+http-equiv)\b/gi,
    "contains an element that the pages' policy blocks: remove it",
  ],
  [
    /\s(?:src|srcset)\s*=\s*["']?(?:https?:)?\/\//gi,
    "loads something from an address, which the pages' policy blocks: use a data URL, such as the logo's",
  ],
];

/** Everything wrong with an operator's style. */
export function styleFaults(source: string): FileFault[] {
  const refused: readonly (readonly [RegExp, string])[] = [
    [/<\/style/gi, "ends the element <style>: remove it"],
    [/\{\{/g, "has a value in it: a style is the same on every page"],
    [
      /@import|url\(\s*["']?(?:https?:)?\/\//gi,
      "loads something from an address, which the pages' policy blocks",
    ],
  ];
  return faultsBy(refused, source);
}

function faultsBy(refused: readonly (readonly [RegExp, string])[], source: string): FileFault[] {
  return refused.flatMap(([grammar, message]) =>
    Array.from(source.matchAll(grammar), ({ index }) => ({ line: lineAt(source, index), message })),
  );
}

function htmlFaults(source: string): FileFault[] {
  const styles = Array.from(source.matchAll(stylesGrammar), ({ 1: style = "", index }) => ({
    style,
    index,
  }));
  const changing = styles.filter(({ style }) => style.replaceAll(stylePartial, "").includes("{{"));
  return [
    ...faultsBy(blocked, source),
    ...changing.map(({ index }) => ({
      line: lineAt(source, index),
      message:
        "has a value in <style>, which the pages' policy blocks: only {{> style}} can be there",
    })),
  ];
}

function lineAt(source: string, index: number): number {
  return source.slice(0, index).split("\n").length;
}
