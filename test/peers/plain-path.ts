/** What servers read differently: no rule opens such a path. docs/rules.md, "Paths that servers read in several ways". */
export function isTreacherous(uri: string): boolean {
  const path = pathIn(uri);
  return /%(2f|5c|00|23|3f|25|3b)|;/i.test(path) || decoded(path) === undefined;
}

function pathIn(uri: string): string {
  return uri.split("?")[0] ?? "";
}

type Reading = (path: string) => string;

/** Every way in which a server may change a path before it looks at its segments. */
const readings: readonly Reading[] = [
  withoutParameters,
  (path) => leniently(path),
  (path) => leniently(path),
  (path) => path.replaceAll("\\", "/"),
  withoutParameters,
  (path) => path.replace(/^\/\/+[^/]*/, "") || "/", // a host, then the path
  (path) => path.split("\0")[0] ?? "",
  (path) => path.replaceAll("\0", ""),
  (path) => path.split(/[?#]/)[0] ?? "",
];

/** The segments of a path, in every way that a server may find them. */
export function interpretationsOf(uri: string): string[][] {
  let texts = [necessarily(pathIn(uri))];
  for (const read of readings) texts = [...new Set(texts.flatMap((text) => [text, read(text)]))];
  return texts.flatMap((text) => {
    const written = text.replace(/\/$/, "").split("/").slice(1);
    const merged = withoutEmpty(written);
    return [merged, resolved(merged), written, resolved(written), withoutEmpty(resolved(written))];
  });
}

function withoutParameters(path: string): string {
  return path.replace(/;[^/]*/g, "");
}

function withoutEmpty(segments: readonly string[]): string[] {
  return segments.filter((segment) => segment !== "");
}

function resolved(segments: readonly string[]): string[] {
  const out: string[] = [];
  for (const segment of segments) {
    if (segment === "..") out.pop();
    else if (segment !== ".") out.push(segment);
  }
  return out;
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** Each ASCII character in two, three and four bytes, which UTF-8 forbids and old servers read. */
const overlong = new Map(
  Array.from({ length: 128 }, (_, code) => {
    const [high, low] = [code >> 6, (128 + (code % 64)).toString(16)];
    const spellings = [`%c${high}%${low}`, `%e0%8${high}%${low}`, `%f0%80%8${high}%${low}`];
    return spellings.map((spelling) => [spelling, String.fromCharCode(code)] as const);
  }).flat(),
);

/** Decodes once. What is no UTF-8 stays, except the ASCII characters in it, overlong ones too. */
function leniently(path: string): string {
  return path.replace(/(%[0-9a-f]{2})+/gi, (run) => {
    return (
      decoded(run) ??
      run
        .replace(longAscii, (one) => overlong.get(one.toLowerCase()) ?? one)
        .replace(/%[0-7][0-9a-f]/gi, (one) => decoded(one) ?? one)
    );
  });
}

const longAscii = /%c[01]%[0-9a-f]{2}|%e0%8[01]%[0-9a-f]{2}|%f0%80%8[01]%[0-9a-f]{2}/gi;

/** What a URL cannot contain has only its escaped spelling: even a server that does not decode means the character. */
function necessarily(path: string): string {
  return path.replace(/(%([89a-f][0-9a-f]|20|22|3c|3e|5e|60|7b|7c|7d))+/gi, leniently);
}

/** `*` is one segment, `**` at the end any rest. */
export function matchesPath(pattern: string, segments: readonly string[]): boolean {
  const wanted = withoutEmpty((decoded(pattern) ?? pattern).split("/"));
  const isOpen = wanted.at(-1) === "**";
  if (isOpen) wanted.pop();
  if (isOpen ? segments.length < wanted.length : segments.length !== wanted.length) return false;
  return wanted.every((want, index) => want === "*" || want === segments[index]);
}
