import { ConfigError } from "../../server/config/faults.ts";
import type { Config } from "../../server/config/schema.ts";
import type { Identity } from "../../server/identity/identity.ts";
import { configOf } from "./doorward.ts";
import type { PlainPerson } from "./plain-policy.ts";
import { randomClaims, type RandomSettings } from "./random-policy.ts";
import type { Random } from "./random.ts";

/** The configuration of random settings; undefined = doorward rejects them. */
export function randomConfig(settings: RandomSettings): Config | undefined {
  const { providers, access, rules, trustedProxies } = settings;
  const client = { type: "oidc", clientId: "door", clientSecret: "a secret" };
  const offered = providers.map((name) => [
    name,
    { ...client, issuer: `https://${name}.example.net` },
  ]);
  try {
    return configOf({
      url: "https://auth.example.com",
      cookie: { domain: "example.com" },
      providers: Object.fromEntries(offered),
      access,
      rules,
      ...(trustedProxies !== undefined && { trustedProxies }),
    });
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

/** A person who signed in at some time before `now`. */
export function randomPerson(random: Random, provider: string, now: number): PlainPerson {
  return {
    provider,
    claims: {
      ...randomClaims(random, `s${random.below(8)}`),
      auth_time: now / 1000 - random.pick([0, 600, 3_000, 20_000]),
      acr: random.pick(["mfa", "pwd", "hwk"]),
    },
  };
}

/** The identity that a session has of a person. */
export function identityOfPerson({ provider, claims }: PlainPerson): Identity {
  return {
    issuer: `https://${provider}.example.net`,
    subject: claims.sub,
    email: claims.email_verified ? claims.email.toLowerCase() : undefined,
    groups: claims.groups,
    name: undefined,
    preferredUsername: claims.preferred_username,
    provider,
    claims,
  };
}
