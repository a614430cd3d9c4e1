import { segmentsOf } from "./path-pattern.ts";

/**
 * A path as servers may read it. Two that differ are two requests in one: a rule that closes then counts
 * if any reading is its own, and a rule that opens only if all are.
 */
export interface PathReadings {
  /** The segments of each reading; the canonical one comes first. */
  readonly readings: readonly (readonly string[])[];
  /** Holds what no two servers agree on, so that no rule may open it whatever the readings say. */
  readonly isTreacherous: boolean;
}

/** An encoded slash, backslash, NUL, `#`, `?` or `%`, and path parameters. */
const treacherous = /%(?:2f|5c|00|23|3f|25)|;/i;

/** Nothing to decode, to resolve or to collapse: every server reads the same. */
const plain = /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9\-._~!$&'()*+,=:@]*)+$/;

export function readPath(uri: string): PathReadings {
  const mark = uri.indexOf("?");
  const path = mark === -1 ? uri : uri.slice(0, mark);
  if (plain.test(path)) return { readings: [segmentsOf(path)], isTreacherous: false };
  const once = decodeLeniently(path);
  const twice = decodeLeniently(once);
  const readings = new Map<string, string[]>();
  // The canonical reading first: decoded once, dot segments resolved.
  for (const text of [once, decodeNecessary(path), twice]
    .flatMap(slashed)
    .flatMap(withoutParameters)) {
    for (const segments of resolved(text)) readings.set(segments.join("\0"), segments);
  }
  return { readings: [...readings.values()], isTreacherous: treacherous.test(path) };
}

/** Each escape by itself, so that one that is broken does not hide the others. */
function decodeLeniently(path: string): string {
  return path.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      );
    }
  });
}

/** Only what a URL cannot hold unescaped (RFC 3986 §2): there is no other way to write it, so nothing to confuse. */
function decodeNecessary(path: string): string {
  return path.replace(/(?:%(?:[89a-f][0-9a-f]|20|22|3c|3e|5e|60|7b|7c|7d))+/gi, decodeLeniently);
}

/** As it is, and with backslashes read as slashes, as Windows' servers do. */
function slashed(path: string): string[] {
  return path.includes("\\") ? [path, path.replaceAll("\\", "/")] : [path];
}

/** As it is, and without path parameters, as servlet containers drop them. */
function withoutParameters(path: string): string[] {
  return path.includes(";") ? [path, path.replace(/;[^/]*/g, "")] : [path];
}

/** Dot segments resolved after and before empty segments are dropped, and left as they stand. */
function resolved(path: string): string[][] {
  return [
    resolveDots(segmentsOf(path)),
    resolveDots(path.split("/").slice(1)).filter((segment) => segment !== ""),
    segmentsOf(path),
  ];
}

function resolveDots(segments: readonly string[]): string[] {
  const out: string[] = [];
  for (const segment of segments) {
    if (segment === "..") out.pop();
    else if (segment !== ".") out.push(segment);
  }
  return out;
}
