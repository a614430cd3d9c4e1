import { readFileSync } from "node:fs";
import { claimAt, text, type Claims } from "../../providers/claims.ts";
import { providers } from "../../providers/registry.ts";
import type { Config } from "../config/schema.ts";
import { isObject } from "../config/shape.ts";
import { parseEmail } from "../identity/email.ts";
import type { Identity } from "../identity/identity.ts";
import { reasonsOf } from "../observe/log.ts";
import { identityOf } from "../sign-in/identity-of.ts";
import { noApi } from "../sign-in/provider-api.ts";

/** The person of the command line's options. */
export interface Person {
  readonly email?: string | undefined;
  /** The provider sends `email_verified: false` with the address. */
  readonly unverified?: boolean | undefined;
  readonly groups?: string | undefined;
  readonly subject?: string | undefined;
  readonly provider?: string | undefined;
  /** A JSON file of the claims that the provider sends. */
  readonly claims?: string | undefined;
}

/** Any option about the person means that they are signed in. */
export async function identityFrom(config: Config, person: Person): Promise<Identity | undefined> {
  const { email, groups, subject, provider, claims, unverified = false } = person;
  if (unverified && email === undefined) throw new Error("--unverified needs --email ADDRESS");
  const given = [email, groups, subject, provider, claims];
  if (given.every((part) => part === undefined)) return undefined;
  const names = [
    ...Object.keys(config.providers),
    ...(config.users === undefined ? [] : ["users"]),
  ];
  if (provider !== undefined && !names.includes(provider)) {
    throw new Error(`unknown provider "${provider}"; configured: ${names.join(", ")}`);
  }
  const name = provider ?? Object.keys(config.providers)[0] ?? "";
  if (claims === undefined) return assumed(config, person, name);
  if ([email, groups, subject].some((part) => part !== undefined))
    throw new Error("--claims replaces --email, --groups and --subject: remove them");
  return claimed(config, readClaims(claims), name);
}

function assumed(config: Config, person: Person, provider: string): Identity {
  const { email, groups, subject, unverified = false } = person;
  const address = email === undefined ? undefined : parseEmail(email)?.address;
  if (address === undefined && email !== undefined)
    throw new Error(`"${email}" is not an email address`);
  const counts = !unverified || config.providers[provider]?.trustEmail === "always";
  return {
    issuer: "",
    subject: subject ?? "",
    email: counts ? address : undefined,
    groups: groups?.split(",").map((group) => group.trim()) ?? [],
    gaps: counts ? undefined : { email: `${address} does not count: it is not verified` },
    name: undefined,
    preferredUsername: undefined,
    provider,
    claims: {},
  };
}

/** Read as in a sign-in, but without requests to the provider. */
function claimed({ providers: configured }: Config, claims: Claims, name: string) {
  const settings = configured[name];
  const provider = providers.get(settings?.type ?? name);
  if (settings === undefined || provider?.isOAuthOnly !== undefined || provider === undefined)
    throw new Error(`--claims is for providers of OpenID Connect, and ${name} is not one`);
  const issuer = text(claimAt(claims, "iss")) ?? settings.issuer ?? provider.issuer ?? "";
  const answers = { idToken: claims, userinfo: undefined };
  return identityOf({ name, issuer, provider, settings }, answers, { api: noApi });
}

function readClaims(file: string): Claims {
  let contents: string;
  try {
    contents = readFileSync(file, "utf8");
  } catch (cause) {
    throw new Error(`--claims ${file}: ${reasonsOf(cause)}`, { cause });
  }
  const claims = parsed(contents);
  if (isObject(claims)) return claims;
  throw new Error(`--claims ${file}: contains no JSON object of claims`);
}

/** The parser's own message would quote the claims. */
function parsed(contents: string): unknown {
  try {
    return JSON.parse(contents);
  } catch {
    return undefined;
  }
}
