import { hasCredential } from "./client-checks.ts";
import type { Fault } from "./faults.ts";
import { isObject } from "./shape.ts";

/** Faults of a rule's `bearer` that no single value shows. */
export function bearerFaults(bearer: unknown, providers: unknown, path: string): Fault[] {
  if (!isObject(bearer)) return [];
  const issuers = issuersOf(bearer);
  const isAsked = bearer.introspection === true;
  const canAsk = [...(isObject(providers) ? Object.values(providers) : []), ...issuers].some(
    (client) => isObject(client) && hasCredential(client),
  );
  const noClient =
    "requires a client, but no provider or token issuer has credentials: set a clientSecret, a key or a certificate";
  return [
    ...(isAsked && !canAsk ? [{ path: `${path}.introspection`, message: noClient }] : []),
    ...issuers.flatMap((issuer, index) =>
      tokenIssuerFaults(issuer, isAsked, `${path}.issuers.${index}`),
    ),
    ...repeated(issuers, path),
  ];
}

function tokenIssuerFaults(
  { clientId, clientSecret }: Record<string, unknown>,
  isAsked: boolean,
  path: string,
): Fault[] {
  const needed = "is missing: introspection requires clientId and clientSecret (RFC 7662 §2.1)";
  if (clientId === undefined && clientSecret === undefined) return [];
  if (clientId === undefined) return [{ path: `${path}.clientId`, message: needed }];
  if (clientSecret === undefined) return [{ path: `${path}.clientSecret`, message: needed }];
  const idle = "is for introspection only, which this rule does not use: add introspection: true";
  return isAsked ? [] : [{ path: `${path}.clientId`, message: idle }];
}

function repeated(issuers: readonly Record<string, unknown>[], path: string): Fault[] {
  const seen = new Set<unknown>();
  return issuers.flatMap(({ issuer }, index) => {
    const isSecond = seen.has(issuer);
    seen.add(issuer);
    const message = "is listed twice in one rule: put its audiences into one list";
    return isSecond ? [{ path: `${path}.issuers.${index}.issuer`, message }] : [];
  });
}

/** The issuers that rules add. An identity from such a token has the issuer as its provider. */
export function tokenIssuerNames(rules: readonly unknown[]): string[] {
  return rules
    .flatMap((rule) => (isObject(rule) && isObject(rule.bearer) ? issuersOf(rule.bearer) : []))
    .map(({ issuer }) => issuer)
    .filter((issuer) => typeof issuer === "string");
}

function issuersOf({ issuers }: Record<string, unknown>): Record<string, unknown>[] {
  return Array.isArray(issuers) ? issuers.filter((issuer) => isObject(issuer)) : [];
}

/** `users` and the rules with `basic` mean nothing without each other. */
export function passwordFaults(
  { users, providers }: Record<string, unknown>,
  rules: readonly unknown[],
): Fault[] {
  const taking = [...rules.entries()].filter(
    ([, rule]) => isObject(rule) && rule.basic !== undefined,
  );
  if (users === undefined) {
    const message = "accepts passwords, but there is no password file: set `users` to its path";
    return taking.map(([index]) => ({ path: `rules.${index}.basic`, message }));
  }
  const faults: Fault[] = [];
  if (taking.length === 0) {
    const message = "is not used by any rule: add basic: true to the rules that accept passwords";
    faults.push({ path: "users", message });
  }
  if (isObject(providers) && Object.hasOwn(providers, "users")) {
    const message = "has the provider name of the accounts in `users`: choose another name";
    faults.push({ path: "providers.users", message });
  }
  return faults;
}
