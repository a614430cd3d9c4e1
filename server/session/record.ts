import * as v from "valibot";
import type { Identity } from "../identity/identity.ts";
import type { Tokens } from "../sign-in/token-endpoint.ts";

/** Written in this shape since this number; an older one is no session. */
export const shape = 2;

const text = v.optional(v.string());

const identity = v.object({
  issuer: v.string(),
  subject: v.pipe(v.string(), v.nonEmpty()),
  email: text,
  groups: v.array(v.string()),
  groupsFault: v.optional(v.object({ reason: v.string(), isTransient: v.boolean() })),
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
});

/** What the store keeps of a session, sealed. Times are milliseconds since the epoch. */
export interface SessionRecord {
  readonly shape: typeof shape;
  readonly identity: Identity;
  /** The URL of the site that it was opened at, and that alone takes it. */
  readonly site: string;
  /** The client that signed in. Another client at the same provider is another relying party. */
  readonly clientId: string;
  /** The session at the issuer, which may end it (OpenID Connect Back-Channel Logout 1.0). */
  readonly sid: string | undefined;
  /** Only where identity headers pass them on. */
  readonly accessToken: string | undefined;
  readonly idToken: string | undefined;
  /** To ask the issuer again with, and to end things there; never held in memory between two questions. */
  readonly tokens: Tokens | undefined;
  /** The tombstones that were there before it: any other one ends it. */
  readonly tombstones: { readonly all?: string | undefined; readonly subject?: string | undefined };
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly usedAt: number;
  /** When the issuer last said who it is. */
  readonly askedAt: number;
}

/** What others than the keepers of sessions see of one. */
export type ShownRecord = Pick<SessionRecord, "identity" | "accessToken" | "idToken" | "expiresAt">;

/** A record as it was written, or nothing: what is torn, old or of another shape is no session. */
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
      provider: shared(who.provider),
      groups: who.groups.map(shared),
      email: who.email,
      name: who.name,
      preferredUsername: who.preferredUsername,
    },
  };
}

const known = new Map<string, string>();
const mostKnown = 10_000;

/** What many sessions say alike is held in memory once. */
function shared(said: string): string {
  const same = known.get(said);
  if (same !== undefined) return same;
  if (known.size >= mostKnown) known.clear();
  known.set(said, said);
  return said;
}
