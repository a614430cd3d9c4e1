import { readFileSync } from "node:fs";
import { text, type Claims } from "../../providers/claims.ts";
import { providers } from "../../providers/registry.ts";
import type { Config } from "../config/schema.ts";
import { isObject } from "../config/shape.ts";
import type { SiteCommon } from "../config/site.ts";
import { parseEmail } from "../identity/email.ts";
import type { Identity } from "../identity/identity.ts";
import { reasonsOf } from "../observe/log.ts";
import { identityOf } from "../sign-in/identity-of.ts";
import { noApi } from "../sign-in/provider-api.ts";
import { issuerFault, issuerOfTenant, issuersFor } from "../sign-in/tenants.ts";

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

/** Whose request it is. */
export interface SignedIn {
  readonly identity: Identity | undefined;
  /** Why the person of the options has no session; undefined = they have one, or there is no person. */
  readonly absence?: string;
}

/** The provider of those who sign in with a password. */
export const usersName = "users";

/** Any option about the person means that they are signed in, if the site offers their provider. */
export async function signedInAt(
  site: Pick<SiteCommon, "providers">,
  config: Config,
  person: Person,
): Promise<SignedIn> {
  const { email, groups, subject, provider, claims, unverified = false } = person;
  if (unverified && email === undefined) throw new Error("--unverified needs --email ADDRESS");
  const given = [email, groups, subject, provider, claims];
  if (given.every((part) => part === undefined)) return { identity: undefined };
  const users = config.users === undefined ? [] : [usersName];
  const here = [...(site.providers ?? Object.keys(config.providers)), ...users];
  const names = [...Object.keys(config.providers), ...users];
  if (provider !== undefined && !names.includes(provider)) {
    throw new Error(`unknown provider "${provider}"; configured: ${names.join(", ")}`);
  }
  const name = provider ?? here[0] ?? "";
  if (!here.includes(name))
    return { identity: undefined, absence: `this site does not offer ${name}` };
  return { identity: await identityFrom(config, person, name) };
}

async function identityFrom(config: Config, person: Person, name: string): Promise<Identity> {
  const { email, groups, subject, claims } = person;
  if (name === usersName && (email ?? groups) !== undefined)
    throw new Error("a user of the password file has only a name: use --subject");
  if (claims === undefined) return assumed(config, person, name);
  if ([email, groups, subject].some((part) => part !== undefined))
    throw new Error("--claims replaces --email, --groups and --subject: remove them");
  return claimed(config, claims, name);
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
function claimed({ providers: configured }: Config, file: string, name: string) {
  const settings = configured[name];
  const provider = providers.get(settings?.type ?? name);
  if (settings === undefined || provider?.isOAuthOnly !== undefined || provider === undefined)
    throw new Error(`--claims is for providers of OpenID Connect, and ${name} is not one`);
  const claims = readClaims(file);
  const { place, issuers } = issuersFor(provider, settings);
  const { iss = issuerOfTenant(place, claims) } = claims;
  // A file may leave out what is the same in each ID token.
  const fault = iss === undefined ? undefined : issuerFault({ place, issuers }, { ...claims, iss });
  if (fault !== undefined) throw new Error(`--claims ${file}: the ID token ${fault}`);
  const issuer = text(iss) ?? settings.issuer ?? provider.issuer ?? "";
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
