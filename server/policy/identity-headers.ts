import { claimAt } from "../../providers/claims.ts";
import type { Log } from "../observe/log.ts";
import type { Identity } from "../identity/identity.ts";
import { parseHeaderSource, type HeaderSource } from "./header-map.ts";

/** nginx's default buffer for a whole answer head is 4 KiB; this leaves room for the rest of it. */
const mostBytes = 3_584;

/** What identity headers are made of: the identity, and the tokens that are passed on. */
export interface HeaderValues {
  readonly identity: Identity;
  readonly accessToken: string | undefined;
  readonly idToken: string | undefined;
}

/** The identity headers of an allow, as a flat list of names and values. */
export type IdentityHeaders = (record: HeaderValues | undefined) => string[];

/**
 * Prepares the headers that say who it is. Every configured one is there every time, empty where there
 * is nothing to say: a header that we left out could be the visitor's own.
 */
export function createIdentityHeaders(
  configured: Readonly<Record<string, string>>,
  log: Log,
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
        "an identity header was cut",
      );
    const budget = {
      left: mostBytes - sources.reduce((sum, { name }) => sum + name.length + 4, 0),
    };
    const texts = new Map<string, string>();
    // Lists go last: they are what can be cut and still be true.
    const ordered = sources
      .map(({ name, source }) => ({ name, value: source && valueOf(record, source) }))
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

function valueOf({ identity, accessToken, idToken }: HeaderValues, source: HeaderSource): unknown {
  if ("claim" in source) return claimAt(identity.claims, source.claim);
  if (source.field === "accessToken") return accessToken && source.prefix + accessToken;
  if (source.field === "idToken") return idToken && source.prefix + idToken;
  return identity[source.field];
}

function plain(name: string, value: unknown, left: number, drop: Drop): string {
  if (value === undefined || value === null || typeof value === "object") return "";
  const bytes = headerBytes(String(value));
  if (bytes === undefined) drop(name, "it holds a control character, or a space at an end");
  else if (bytes.length > left) drop(name, "the headers together would pass 4 KiB");
  else return bytes;
  return "";
}

/** Comma-joined; what holds a comma itself would read as two. */
function joined(name: string, values: readonly unknown[], left: number, drop: Drop): string {
  let list = "";
  for (const value of values) {
    const bytes = typeof value === "string" ? headerBytes(value) : undefined;
    if (bytes === undefined || bytes.includes(",")) {
      drop(name, "an entry holds a comma, a control character or a space at an end, or is no text");
      continue;
    }
    const longer = list === "" ? bytes : `${list},${bytes}`;
    if (longer.length > left) {
      drop(name, "the headers together would pass 4 KiB");
      break;
    }
    list = longer;
  }
  return list;
}

/**
 * UTF-8 bytes as Node's Latin-1 text, or nothing when a byte could end the header, or a space at either
 * end would be lost on the way and make two people one.
 */
function headerBytes(value: string): string | undefined {
  if (/\p{Cc}|^\s|\s$/u.test(value)) return undefined;
  if (/^[\x20-\x7e]*$/.test(value)) return value; // its bytes already
  return Buffer.from(value, "utf8").toString("latin1");
}
