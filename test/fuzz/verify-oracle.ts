/** A second, stricter opinion about `/verify`: which requests the fuzzed process may allow, written without its code. */

/** What one header family of a request describes. */
interface Described {
  readonly method: string;
  readonly host: string;
  readonly uri: string;
}

export type Lines = readonly (readonly [name: string, value: string])[];

function valuesOf(lines: Lines, wanted: string): string[] {
  return lines.flatMap(([name, value]) => (name.toLowerCase() === wanted ? [value] : []));
}

const families = [
  {
    signs: ["x-forwarded-uri", "x-forwarded-method"],
    required: ["x-forwarded-method", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-uri"],
    describe: ([method = "", , host = "", uri = ""]: readonly string[]) => ({ method, host, uri }),
  },
  {
    signs: ["x-original-url", "x-original-method"],
    required: ["x-original-method", "x-original-url"],
    describe([method = "", url = ""]: readonly string[]) {
      const [, host = "", uri = ""] = /^[^:]*:\/\/([^/?#]*)(.*)$/s.exec(url) ?? [];
      return { method, host, uri: host !== "" && uri === "" ? "/" : uri };
    },
  },
] as const;

function presentFamilies(lines: Lines) {
  return families.filter(({ signs }) => signs.some((sign) => valuesOf(lines, sign).length > 0));
}

/** Every request that the lines describe; empty = none. What a family lacks, another one has to tell. */
export function describedBy(lines: Lines): Described[] {
  const found = presentFamilies(lines).map(({ required, describe }) =>
    describe(required.map((name) => valuesOf(lines, name)[0] ?? "")),
  );
  const filled = (part: keyof Described) => found.map((one) => one[part]).find(Boolean) ?? "";
  return found.map(({ method, host, uri }) => ({
    method: method || filled("method"),
    host: host || filled("host"),
    uri: uri || filled("uri"),
  }));
}

/** A header of a family is repeated, or no family is complete. */
export function isMalformed(lines: Lines): boolean {
  const present = presentFamilies(lines).map(({ required }) =>
    required.map((name) => valuesOf(lines, name).filter((value) => value.trim() !== "")),
  );
  return (
    present.flat().some((values) => values.length > 1) ||
    !present.some((required) => required.every((values) => values.length === 1))
  );
}

/** Whether everyone may open it: under each reading of its path it lies where a public rule is. */
export function isPublic({ method, host, uri }: Described): boolean {
  const name = hostnameOf(host);
  if (name === "public.example.com") return true;
  const readings = readingsOf(uri);
  if (name === "app.example.com") {
    return (
      ["GET", "HEAD"].includes(method.trim().toUpperCase()) &&
      readings.every((path) => path === "/public" || path.startsWith("/public/"))
    );
  }
  return (
    name.endsWith(".apps.example.com") &&
    readings.every((path) => /^\/foo\/[^/]+\/bar\/?$/.test(path))
  );
}

/** Whether only admins may open it: under some reading of its path. */
export function isForAdmins({ host, uri }: Described): boolean {
  return (
    hostnameOf(host) === "app.example.com" &&
    readingsOf(uri).some((path) => path === "/admin" || path.startsWith("/admin/"))
  );
}

function hostnameOf(host: string): string {
  return host.trim().toLowerCase().replace(/:443$/, "").replace(/\.$/, "");
}

/** The path as five kinds of servers read it: as sent, decoded once and twice, with and without path parameters. */
function readingsOf(uri: string): string[] {
  const [raw = ""] = uri.trim().split(/[?#]/, 1);
  const decoded = [raw, decode(raw), decode(decode(raw))];
  const spelt = decoded.flatMap((path) => [path, path.replaceAll("\\", "/")]);
  const bare = spelt.flatMap((path) => [path, path.replaceAll(/;[^/]*/g, "")]);
  return [...new Set(bare.map((path) => resolveDots(path.replaceAll(/\/{2,}/g, "/"))))];
}

function decode(path: string): string {
  return path.replaceAll(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
}

function resolveDots(path: string): string {
  const kept: string[] = [];
  const segments = path.split("/");
  for (const segment of segments.slice(1)) {
    if (segment === "..") kept.pop();
    else if (segment !== ".") kept.push(segment);
  }
  return `/${kept.join("/")}`;
}
