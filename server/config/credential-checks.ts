import { hasCredential } from "./client-checks.ts";
import type { Fault } from "./faults.ts";
import { isObject } from "./shape.ts";

/** What is wrong with a rule's `bearer` as a whole. */
export function bearerFaults(bearer: unknown, providers: unknown, path: string): Fault[] {
  if (!isObject(bearer)) return [];
  const issuers = issuersOf(bearer);
  const isAsked = bearer.introspection === true;
  const canAsk = [...(isObject(providers) ? Object.values(providers) : []), ...issuers].some(
    (client) => isObject(client) && hasCredential(client),
  );
  const nobody =
    "asks issuers about tokens, but no provider or issuer has a clientSecret, key or certificate to do so";
  return [
    ...(isAsked && !canAsk ? [{ path: `${path}.introspection`, message: nobody }] : []),
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
  const needed = "is needed beside the other: introspection takes both (RFC 7662 §2.1)";
  if (clientId === undefined && clientSecret === undefined) return [];
  if (clientId === undefined) return [{ path: `${path}.clientId`, message: needed }];
  if (clientSecret === undefined) return [{ path: `${path}.clientSecret`, message: needed }];
  const idle = "is for introspection, which this rule does not ask for: write introspection: true";
  return isAsked ? [] : [{ path: `${path}.clientId`, message: idle }];
}

function repeated(issuers: readonly Record<string, unknown>[], path: string): Fault[] {
  const seen = new Set<unknown>();
  return issuers.flatMap(({ issuer }, index) => {
    const isSecond = seen.has(issuer);
    seen.add(issuer);
    const message = "is written twice in one rule: put its audiences into one list";
    return isSecond ? [{ path: `${path}.issuers.${index}.issuer`, message }] : [];
  });
}

/** The issuers that rules add; an identity by their tokens has the issuer as its provider. */
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
    const message =
      "takes passwords, but there are none: write `users` with the path of their file";
    return taking.map(([index]) => ({ path: `rules.${index}.basic`, message }));
  }
  const faults: Fault[] = [];
  if (taking.length === 0) {
    const message = "is a file that no rule asks: write basic: true on those that take a password";
    faults.push({ path: "users", message });
  }
  if (isObject(providers) && Object.hasOwn(providers, "users")) {
    const message = "has the name that people of the file in `users` go by: choose another";
    faults.push({ path: "providers.users", message });
  }
  return faults;
}
