import { equalsIgnoreCase } from "../http/raw-headers.ts";
import { readHeaders } from "./request-headers.ts";
import { identityFamilies, rewriteFamilies, sentByProxies } from "./spoofable-families.ts";

/** The query of `/verify` by which nginx asks doorward to refuse spoofed headers. */
const refuseParameter = "identity_headers";
export const refuseQuery = `${refuseParameter}=refuse`;

/**
 * Whether a proxy wants spoofed headers refused. nginx removes headers by exact name only, so the rest of a family
 * would reach the app. Other proxies remove whole families themselves. Like every parameter of `/verify`, it only
 * restricts.
 */
export function refusesSpoofed(query: string): boolean {
  if (query === "") return false;
  return query === refuseQuery || new URLSearchParams(query).has(refuseParameter);
}

/**
 * Finds the first header, among those that doorward does not read itself, that could tell the app who the visitor is:
 * of a family, or another spelling of an identity header, because WSGI and PHP read `_` and `.` as `-`.
 */
export function createSpoofedHeaders(
  identityHeaders: readonly string[],
): (rawHeaders: readonly string[]) => string | undefined {
  const matches = createMatcher([...identityFamilies, ...rewriteFamilies], identityHeaders);
  const isSpoofed = (name: string, index: number) =>
    index % 2 === 0 && matches(name) && readHeaders.find(name) < 0 && !isSentByProxies(name);
  return (rawHeaders) => rawHeaders.find(isSpoofed);
}

function isSentByProxies(name: string): boolean {
  return sentByProxies.some((sent) => equalsIgnoreCase(name, sent));
}

/** Letters, digits, and one code for all three separators; 0 = any other character. */
const codes = Uint8Array.from({ length: 128 }, (_, code) => {
  const letter = String.fromCharCode(code).toLowerCase();
  return "abcdefghijklmnopqrstuvwxyz0123456789-".indexOf(/[_.]/.test(letter) ? "-" : letter) + 1;
});
const width = 38;
const [beginning, whole] = [1, 2];

/**
 * Whether a name begins with one of `beginnings`, or is one of `names`. A tree with one node a character, because most
 * names of a request leave it at their first or second one.
 */
function createMatcher(
  beginnings: readonly string[],
  names: readonly string[],
): (name: string) => boolean {
  const nodes = [...beginnings, ...names].reduce((sum, { length }) => sum + length, 1);
  /** `width` entries a node: the node that follows on each code; 0 = none. */
  const next = new Uint16Array(nodes * width);
  const ends = new Uint8Array(nodes);
  let last = 0;
  const add = (text: string, kind: number) => {
    let node = 0;
    for (let index = 0; index < text.length; index++) {
      const place = node * width + (codes[text.charCodeAt(index)] ?? 0);
      node = next[place] ||= ++last;
    }
    ends[node] ||= kind;
  };
  for (const text of beginnings) add(text, beginning);
  for (const text of names) add(text, whole);

  return (name) => {
    let node = 0;
    for (let index = 0; index < name.length; index++) {
      const code = name.charCodeAt(index);
      node = code < 128 ? (next[node * width + (codes[code] as number)] as number) : 0;
      if (node === 0) return false;
      if (ends[node] === beginning) return true;
    }
    return ends[node] === whole;
  };
}
