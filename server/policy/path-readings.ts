import { segmentsOf } from "./path-pattern.ts";

/**
 * The interpretations of a path by different servers. If they differ, a rule that restricts applies if any reading
 * matches it, and a rule that opens only if all do.
 */
export interface PathReadings {
  /** The segments of each reading; the canonical one comes first. Empty = the path is too long. */
  readonly readings: readonly (readonly string[])[];
  /** Contains what servers interpret differently, so that no rule may open it, whatever the readings are. */
  readonly isTreacherous: boolean;
}

/** An encoded slash, backslash, NUL, `#`, `?`, `%` or `;`, and path parameters. */
const treacherous = /%(?:2f|5c|00|23|3f|25|3b)|;/i;

/** By character code: the characters that every server interprets literally. */
const isPlain = Array.from({ length: 128 }, (_, code) =>
  /[A-Za-z0-9\-._~!$&'()*+,=:@]/.test(String.fromCharCode(code)),
);

/** No real app has longer paths, and computing every reading of one would cost too much. */
const longest = 8 * 1024;

export function readPath(uri: string): PathReadings {
  const mark = uri.indexOf("?");
  const end = mark === -1 ? uri.length : mark;
  const asWritten = end > longest ? undefined : plainSegments(uri, end);
  if (asWritten !== undefined) return { readings: [asWritten], isTreacherous: false };
  const path = uri.slice(0, end);
  if (path.length > longest) return { readings: [], isTreacherous: true };
  const readings = new Map<string, string[]>();
  for (const written of withoutParameters(path)) {
    const once = decodeLeniently(written);
    // The canonical reading first: decoded once, dot segments resolved.
    for (const text of [once, decodeNecessary(written), decodeLeniently(once)].flatMap(variants)) {
      // As JSON, because `join` gives the same text for `/` (no segment) and `//` (an empty one).
      for (const segments of resolved(text)) readings.set(JSON.stringify(segments), segments);
    }
  }
  return {
    readings: [...readings.values()],
    isTreacherous: treacherous.test(path) || !isUtf8(path),
  };
}

/** The segments of a path without escapes, dot segments or empty segments, in one pass: the common case. */
function plainSegments(uri: string, end: number): string[] | undefined {
  if (end > 0 && uri.charCodeAt(0) !== slash) return undefined;
  const segments: string[] = [];
  for (let start = 1; start < end;) {
    let at = start;
    while (at < end && isPlain[uri.charCodeAt(at)] === true) at++;
    const isCut = at < end && uri.charCodeAt(at) !== slash;
    if (isCut || at === start || isDots(uri, start, at)) return undefined;
    segments.push(uri.slice(start, at));
    start = at + 1;
  }
  return segments;
}

const [slash, dot] = [47, 46];

/** `.` or `..` */
function isDots(uri: string, start: number, end: number): boolean {
  if (uri.charCodeAt(start) !== dot || end - start > 2) return false;
  return end - start === 1 || uri.charCodeAt(start + 1) === dot;
}

function variants(text: string): string[] {
  return [text]
    .flatMap(slashed)
    .flatMap(withoutParameters)
    .flatMap(withoutAuthority)
    .flatMap(withoutNul)
    .flatMap(withoutTail);
}

/** Old decoders accept overlong encodings of dots and slashes, which are not UTF-8. */
function isUtf8(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** Decodes each run of escapes separately, so that an invalid one does not hide the others. */
function decodeLeniently(path: string): string {
  return path.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return decodeOverlong(escapes).replace(/%([0-7][0-9a-f])/gi, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      );
    }
  });
}

/** ASCII in two to four bytes, which RFC 3629 §3 forbids: `%c0%ae` is a dot to old decoders (CVE-2008-2938). */
function decodeOverlong(escapes: string): string {
  return escapes.replace(
    /%(?:c|e0%8|f0%80%8)([01])%([89ab][0-9a-f])/gi,
    (_, high: string, low: string) =>
      String.fromCharCode(Number(high) * 64 + (Number.parseInt(low, 16) & 63)),
  );
}

/** Decodes only what a URL cannot contain unescaped (RFC 3986 §2): it has no second spelling. */
function decodeNecessary(path: string): string {
  return path.replace(/(?:%(?:[89a-f][0-9a-f]|20|22|3c|3e|5e|60|7b|7c|7d))+/gi, decodeLeniently);
}

/** Unchanged, and with backslashes as slashes, as servers on Windows read it. */
function slashed(path: string): string[] {
  return path.includes("\\") ? [path, path.replaceAll("\\", "/")] : [path];
}

/** Unchanged, and without path parameters, which servlet containers drop before or after decoding. */
function withoutParameters(path: string): string[] {
  return path.includes(";") ? [path, path.replace(/;[^/]*/g, "")] : [path];
}

/** Unchanged, and as a URL parser reads a target that starts with two slashes: a host, then the path. */
function withoutAuthority(path: string): string[] {
  return path.startsWith("//") ? [path, path.replace(/^\/{2,}[^/]*/, "") || "/"] : [path];
}

/** Unchanged, cut at a NUL as in C, and without the NUL. */
function withoutNul(path: string): string[] {
  return path.includes("\0")
    ? [path, path.slice(0, path.indexOf("\0")), path.replaceAll("\0", "")]
    : [path];
}

/** Unchanged, and cut where a server that decodes first would find a query or a fragment. */
function withoutTail(path: string): string[] {
  return /[?#]/.test(path) ? [path, path.replace(/[?#].*$/s, "")] : [path];
}

/** With dot segments resolved or kept, and with empty segments dropped before that, after it or never. */
function resolved(path: string): string[][] {
  const written = path.replace(/\/$/, "").split("/").slice(1);
  const kept = resolveDots(written); // as a URL parser resolves them
  return [
    resolveDots(segmentsOf(path)),
    kept.filter((segment) => segment !== ""),
    kept,
    segmentsOf(path),
    written,
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
