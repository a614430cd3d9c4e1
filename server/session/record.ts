import * as v from "valibot";
import type { Identity } from "../identity/identity.ts";
import type { Tokens } from "../sign-in/token-endpoint.ts";

/** The version of the record format. A record of another version is not a session. */
export const shape = 2;

const text = v.optional(v.string());

const identity = v.object({
  issuer: v.string(),
  subject: v.pipe(v.string(), v.nonEmpty()),
  email: text,
  groups: v.array(v.string()),
  defaultGroups: v.optional(v.array(v.string())),
  groupsFault: v.optional(v.object({ reason: v.string(), isTransient: v.boolean() })),
  gaps: v.optional(v.object({ email: text, groups: text })),
  name: text,
  preferredUsername: text,
  provider: v.string(),
  claims: v.record(v.string(), v.unknown()),
});

const tokens = v.object({
  accessToken: text,
  accessTokenExpiresAt: v.optional(v.number()),
  refreshToken: text,
  idToken: text,
});

const schema = v.object({
  shape: v.literal(shape),
  identity,
  site: v.string(),
  clientId: v.string(),
  sid: text,
  accessToken: text,
  idToken: text,
  tokens: v.optional(tokens),
  tombstones: v.object({ all: text, subject: text }),
  createdAt: v.number(),
  expiresAt: v.number(),
  usedAt: v.number(),
  askedAt: v.number(),
  signIn: v.optional(v.object({ address: text, browser: text })),
});

/** The stored data of a session, before encryption. Times are milliseconds since the epoch. */
export interface SessionRecord {
  readonly shape: typeof shape;
  readonly identity: Identity;
  /** The URL of the site that opened it. No other site accepts it. */
  readonly site: string;
  /** The client that signed in. Another client at the same provider is another relying party. */
  readonly clientId: string;
  /** The session at the issuer, which may end it (OpenID Connect Back-Channel Logout 1.0). */
  readonly sid: string | undefined;
  /** Present only if identity headers pass it on, as for `idToken`. */
  readonly accessToken: string | undefined;
  readonly idToken: string | undefined;
  /** For renewal and sign-out at the issuer. Never kept in memory between two renewals. */
  readonly tokens: Tokens | undefined;
  /** The revocation markers that existed before the session. Any other marker ends it. */
  readonly tombstones: { readonly all?: string | undefined; readonly subject?: string | undefined };
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly usedAt: number;
  /** When the issuer last confirmed the identity. */
  readonly askedAt: number;
  /** Where the person signed in; undefined = not remembered (`session.remember`). Only a list of sessions shows it. */
  readonly signIn?: SignInPlace | undefined;
}

/** The address and the browser of a sign-in. */
export interface SignInPlace {
  readonly address?: string | undefined;
  readonly browser?: string | undefined;
}

/** The part of a record that code outside this folder sees. */
export type ShownRecord = Pick<
  SessionRecord,
  "identity" | "accessToken" | "idToken" | "createdAt" | "expiresAt"
>;

/** Parses a record; undefined if it is truncated, outdated or malformed. */
export function parseRecord(written: string): SessionRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(written);
  } catch {
    return undefined;
  }
  const result = v.safeParse(schema, value);
  if (!result.success) return undefined;
  const { identity: who, tokens: kept, ...rest } = result.output;
  const sameAsClaim = sharedWith(who.claims);
  return {
    ...rest,
    site: shared(rest.site),
    clientId: shared(rest.clientId),
    sid: rest.sid,
    accessToken: rest.accessToken,
    idToken: rest.idToken,
    tokens: kept && {
      accessToken: kept.accessToken,
      accessTokenExpiresAt: kept.accessTokenExpiresAt,
      refreshToken: kept.refreshToken,
      idToken: kept.idToken,
    },
    identity: {
      ...who,
      issuer: shared(who.issuer),
      subject: sameAsClaim(who.subject),
      provider: shared(who.provider),
      groups: who.groups.map(shared),
      defaultGroups: who.defaultGroups?.map(shared),
      gaps: who.gaps && {
        email: who.gaps.email && shared(who.gaps.email),
        groups: who.gaps.groups && shared(who.gaps.groups),
      },
      email: who.email && sameAsClaim(who.email),
      name: who.name && sameAsClaim(who.name),
      preferredUsername: who.preferredUsername && sameAsClaim(who.preferredUsername),
    },
  };
}

const known = new Map<string, string>();
const mostKnown = 10_000;

/** Interns strings that many sessions have in common, so that memory holds them once. */
function shared(value: string): string {
  const same = known.get(value);
  if (same !== undefined) return same;
  if (known.size >= mostKnown) known.clear();
  known.set(value, value);
  return value;
}

/** Replaces a string by an equal one among the claims: an identity repeats most of its claims, and memory holds them once. */
function sharedWith(claims: Readonly<Record<string, unknown>>): (value: string) => string {
  const values = Object.values(claims).filter((value) => typeof value === "string");
  return (value) => values.find((claim) => claim === value) ?? value;
}
