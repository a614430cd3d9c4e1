import type { Identity } from "../../identity/identity.ts";
import type { Mail } from "./traits.ts";
import type { BorderVisitor } from "./visitors.ts";

/** A name that no list has, for what a visitor has in any case. */
export const madeUp = "doorward-made-up";

/** The identity of a visitor, with made-up values where any would do. */
export function identityOf({ provider, traits, ageMs, acr }: BorderVisitor, now: number): Identity {
  const { email, groups = [], subject, claims = [] } = traits;
  const values = new Map<string, unknown>();
  for (const [path, value] of claims) {
    const before = values.get(path);
    values.set(path, before === undefined ? value : [before, value].flat());
  }
  if (ageMs !== undefined && !values.has("auth_time"))
    values.set("auth_time", (now - ageMs) / 1000);
  if (acr !== undefined && !values.has("acr")) values.set("acr", acr);
  return {
    issuer: "",
    subject: subject ?? madeUp,
    email: email && addressOf(email),
    groups,
    name: undefined,
    preferredUsername: undefined,
    provider: provider ?? "",
    claims: Object.fromEntries(values),
  };
}

export function addressOf({ kind, value }: Mail): string {
  if (kind === "address") return value;
  if (kind === "domain") return `${madeUp}@${value}`;
  return `${madeUp}@${madeUp}.${kind === "under" ? value : "invalid"}`;
}
