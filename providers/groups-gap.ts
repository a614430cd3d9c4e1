import { formOf } from "./claim-form.ts";
import { reachedBy } from "./claim-path.ts";
import { claimAt, type Claims } from "./claims.ts";

/** A response with claims. "The token" is the ID token of a sign-in, or a bearer token. */
export interface Source {
  readonly name: "the token" | "userinfo";
  /** undefined = the response was not read. */
  readonly claims: Claims | undefined;
  /** The values at `groupsClaim`. */
  readonly values: readonly unknown[] | undefined;
}

/** What of a groups claim does not count, and why; undefined = all of it counts. */
export function uncounted(
  claim: string,
  { name, values = [] }: Source,
  read: (value: unknown) => readonly string[],
): string | undefined {
  const [first] = values;
  const whole = claim.includes("[]") ? values : first;
  const entries = values.flatMap((value: unknown) => (Array.isArray(value) ? value : [value]));
  const isGroup = (entry: unknown) => !Array.isArray(entry) && read(entry).length > 0;
  const hasGroups = entries.length === 0 || values.some((value) => read(value).length > 0);
  if (!hasGroups || !entries.every(isGroup))
    return `${claim} in ${name} is ${formOf(whole)}, and only strings count${keyHint(claim, values)}`;
  if (typeof first === "string" && values.length === 1 && /[\s,;[]/.test(first))
    return `${claim} in ${name} is one string and counts as one group, because it is not split`;
  const hasComma = entries.some((entry) => typeof entry === "string" && entry.includes(","));
  return hasComma
    ? `${claim} in ${name} has strings with commas, each of which counts as one group`
    : undefined;
}

const usualKeys = ["name", "slug", "id", "value", "display", "displayName"];

/** Groups as objects: the path of a usual key that contains a string. */
function keyHint(claim: string, values: readonly unknown[]): string {
  const lists = values.filter((value) => Array.isArray(value));
  const entry = (lists[0] ?? values).find((one) => typeof one === "object" && one !== null);
  const key = usualKeys.find((one) => typeof claimAt(entry, one) === "string");
  if (key === undefined) return "";
  return `: to read each ${key}, set groupsClaim to ${claim}${lists.length > 0 ? "[]" : ""}.${key}`;
}

/** That no response has the claim, and what is there instead. */
export function absence(claim: string, sources: readonly Source[]): string {
  const read = sources.filter(({ claims }) => claims !== undefined);
  const names = read.map(({ name }) => name).join(" and ");
  const form = read.some(({ claims }) => claimAt(claims, claim) === null) ? "null" : "absent";
  const unread = read.length < sources.length ? " (userinfo was not read)" : "";
  const instead = read.map((source) => reachedInstead(claim, source) ?? similarClaims(source));
  return [
    `${claim} is ${form} in ${names}${unread}`,
    ...instead.filter((text) => text !== ""),
  ].join("; ");
}

function reachedInstead(claim: string, { name, claims }: Source): string | undefined {
  const reached = reachedBy(claims, claim);
  if (reached === undefined) return undefined;
  const { part, value } = reached;
  const rest = claim.slice(part.length);
  const hint =
    Array.isArray(value) && rest.startsWith(".")
      ? `: to read its entries, write ${part}[]${rest}`
      : "";
  return `${part} in ${name} is ${formOf(value)}${hint}`;
}

const mostSimilar = 3;

function isSimilar(key: string): boolean {
  return /^[\x21-\x7e]{1,100}$/.test(key) && /group|role|team|member|_access$/i.test(key);
}

/** Claims with a name that may mean groups. The name is the issuer's text, so only a printable one is logged. */
function similarClaims({ name, claims = {} }: Source): string {
  const similar = Object.entries(claims)
    .filter(([key, value]) => isSimilar(key) && value !== null)
    .slice(0, mostSimilar)
    .map(([key, value]) => `${key} (${formOf(value)})`);
  return similar.length === 0 ? "" : `${name} has ${similar.join(", ")}`;
}
