import { claimAt } from "../../providers/claims.ts";
import type { Log } from "../observe/log.ts";
import type { Identity } from "../identity/identity.ts";
import { parseHeaderSource, type HeaderSource } from "./header-map.ts";

/** nginx's default buffer for a whole response head is 4 KiB; this leaves room for the other headers. */
export const mostHeaderBytes = 3_584;

/** The sources of identity headers: the identity, and the tokens for the app. */
interface HeaderValues {
  readonly identity: Identity;
  readonly accessToken: string | undefined;
  readonly idToken: string | undefined;
}

/** The identity headers of an allow, as a flat list of names and values. */
export type IdentityHeaders = (record: HeaderValues | undefined) => string[];

/**
 * Prepares the identity headers. Every configured header is always sent, empty if it has no value: without it, the
 * app could get the visitor's own header of that name. `named` are the groups that `access` and rules name.
 */
export function createIdentityHeaders(
  configured: Readonly<Record<string, string>>,
  log: Log,
  named: ReadonlySet<string> = new Set(),
  mostBytes = mostHeaderBytes,
): IdentityHeaders {
  const sources = Object.entries(configured).map(([name, written]) => ({
    name,
    source: parseHeaderSource(written),
  }));

  return (record) => {
    if (record === undefined) return sources.flatMap(({ name }) => [name, ""]);
    const drop = (name: string, reason: string) =>
      log.warn(
        { header: name, subject: record.identity.subject, reason },
        "identity header dropped or shortened",
      );
    const budget = {
      left: mostBytes - sources.reduce((sum, { name }) => sum + name.length + 4, 0),
    };
    const texts = new Map<string, string>();
    // Lists come last: a shortened list is still correct.
    const ordered = sources
      .map(({ name, source }) => ({ name, value: source && valueOf(record, source, named) }))
      .toSorted(
        (one, other) => Number(Array.isArray(one.value)) - Number(Array.isArray(other.value)),
      );
    for (const { name, value } of ordered) {
      const bytes = Array.isArray(value)
        ? joined(name, value, budget.left, drop)
        : plain(name, value, budget.left, drop);
      budget.left -= bytes.length;
      texts.set(name, bytes);
    }
    return sources.flatMap(({ name }) => [name, texts.get(name) ?? ""]);
  };
}

type Drop = (name: string, reason: string) => void;

const tooLong = "the response headers together would exceed 4 KiB, nginx's default limit";

function valueOf(
  { identity, accessToken, idToken }: HeaderValues,
  source: HeaderSource,
  named: ReadonlySet<string>,
): unknown {
  if ("claim" in source) return claimAt(identity.claims, source.claim);
  if (source.field === "accessToken") return accessToken && source.prefix + accessToken;
  if (source.field === "idToken") return idToken && source.prefix + idToken;
  return source.field === "groups" ? sentGroups(identity, named) : identity[source.field];
}

/** Groups that every account has tell an app nothing, so they are sent only if the configuration names them. */
export function sentGroups(
  { groups, defaultGroups = [] }: Identity,
  named: ReadonlySet<string>,
): readonly string[] {
  if (defaultGroups.length === 0) return groups;
  return groups.filter((group) => named.has(group) || !defaultGroups.includes(group));
}

function plain(name: string, value: unknown, left: number, drop: Drop): string {
  if (value === undefined || value === null || typeof value === "object") return "";
  const bytes = headerBytes(String(value));
  if (bytes === undefined)
    drop(
      name,
      "the value contains a control character or a lone surrogate, or a space at either end",
    );
  else if (bytes.length > left) drop(name, tooLong);
  else return bytes;
  return "";
}

const unusableEntry =
  "an entry is not a string, or contains a comma, a control character, a lone surrogate, or a space at either end";

/** Joined by commas. An entry with a comma would be read as two entries, so it is dropped. */
function joined(name: string, values: readonly unknown[], left: number, drop: Drop): string {
  let list = "";
  for (const value of values) {
    const bytes = typeof value === "string" ? headerBytes(value) : undefined;
    if (bytes === undefined || bytes.includes(",")) {
      drop(name, unusableEntry);
      continue;
    }
    const longer = list === "" ? bytes : `${list},${bytes}`;
    if (longer.length > left) {
      drop(name, tooLong);
      break;
    }
    list = longer;
  }
  return list;
}

/** Whether a value may reach an app. */
export function isHeaderText(value: string): boolean {
  return headerBytes(value) !== undefined;
}

/**
 * UTF-8 bytes as Node's Latin-1 text; undefined if a byte could end the header, or if a proxy could strip a space at
 * either end, which would give two users the same name.
 */
function headerBytes(value: string): string | undefined {
  if (/\p{Cc}|^\s|\s$/u.test(value)) return undefined;
  if (/^[\x20-\x7e]*$/.test(value)) return value; // ASCII needs no conversion
  // UTF-8 has one replacement for every lone surrogate, which would give two users the same name too.
  if (!value.isWellFormed()) return undefined;
  return Buffer.from(value, "utf8").toString("latin1");
}
