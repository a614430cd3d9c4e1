import * as v from "valibot";
import type { Identity } from "../access/identity.ts";

const text = v.optional(v.string());

const identity = v.object({
  issuer: v.string(),
  subject: v.pipe(v.string(), v.nonEmpty()),
  email: text,
  groups: v.array(v.string()),
  name: text,
  preferredUsername: text,
  provider: v.string(),
  claims: v.record(v.string(), v.unknown()),
});

const schema = v.object({
  version: v.literal(1),
  identity,
  site: v.string(),
  /** The client that signed in. Another client at the same provider is another relying party. */
  clientId: v.string(),
  accessToken: text,
  idToken: text,
  /** Milliseconds since the epoch. */
  createdAt: v.number(),
  expiresAt: v.number(),
  usedAt: v.number(),
});

/** What the store keeps of a session, sealed. */
export interface SessionRecord {
  readonly version: 1;
  readonly identity: Identity;
  /** The URL of the site that it was opened at, and that alone takes it. */
  readonly site: string;
  readonly clientId: string;
  readonly accessToken: string | undefined;
  readonly idToken: string | undefined;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly usedAt: number;
}

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
  const { identity: who, ...rest } = result.output;
  return {
    ...rest,
    accessToken: rest.accessToken,
    idToken: rest.idToken,
    identity: {
      ...who,
      email: who.email,
      name: who.name,
      preferredUsername: who.preferredUsername,
    },
  };
}
