import { text, type Claims } from "../../../providers/claims.ts";
import { providers } from "../../../providers/registry.ts";
import type { Config } from "../../config/schema.ts";
import type { SiteCommon } from "../../config/site.ts";
import { parseEmail } from "../../identity/email.ts";
import type { Identity } from "../../identity/identity.ts";
import { identityOf } from "../../sign-in/identity-of.ts";
import { noApi } from "../../sign-in/provider-api.ts";
import { issuerFault, issuerOfTenant, issuersFor } from "../../sign-in/tenants.ts";

/** A person as a command line or a case describes them. */
export interface Person {
  readonly email?: string | undefined;
  /** The provider sends `email_verified: false` with the address. */
  readonly unverified?: boolean | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly subject?: string | undefined;
  readonly provider?: string | undefined;
  /** Alone, they are read as in a sign-in. With an email address, groups or a subject, they are what rules compare. */
  readonly claims?: Claims | undefined;
  /** The claims in messages. */
  readonly claimsPlace?: string;
}

/** Whose request it is. */
export interface SignedIn {
  readonly identity: Identity | undefined;
  /** Why the person of the options has no session; undefined = they have one, or there is no person. */
  readonly absence?: string;
}

/** The provider of those who sign in with a password. */
export const usersName = "users";

/** The providers whose sessions count at a site. */
export function offeredAt(
  { providers: offered }: Pick<SiteCommon, "providers">,
  config: Pick<Config, "providers" | "users">,
): string[] {
  return [...(offered ?? Object.keys(config.providers)), ...usersOf(config)];
}

function usersOf({ users }: Pick<Config, "users">): string[] {
  return users === undefined ? [] : [usersName];
}

/** Any part of the description means that they are signed in, if the site offers their provider. */
export async function signedInAt(
  site: Pick<SiteCommon, "providers">,
  config: Config,
  person: Person,
): Promise<SignedIn> {
  const { email, groups, subject, provider, claims, unverified = false } = person;
  if (unverified && email === undefined) throw new Error("--unverified needs --email ADDRESS");
  const given = [email, groups, subject, provider, claims];
  if (given.every((part) => part === undefined)) return { identity: undefined };
  const here = offeredAt(site, config);
  const names = [...Object.keys(config.providers), ...usersOf(config)];
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
  const isDescribed = [email, groups, subject].some((part) => part !== undefined);
  if (claims === undefined || isDescribed) return assumed(config, person, name);
  return claimed(config, claims, name, person.claimsPlace ?? "claims");
}

function assumed(config: Config, person: Person, provider: string): Identity {
  const { email, groups = [], subject, claims = {}, unverified = false } = person;
  const address = email === undefined ? undefined : parseEmail(email)?.address;
  if (address === undefined && email !== undefined)
    throw new Error(`"${email}" is not an email address`);
  const counts = !unverified || config.providers[provider]?.trustEmail === "always";
  return {
    issuer: "",
    subject: subject ?? "",
    email: counts ? address : undefined,
    groups,
    gaps: counts ? undefined : { email: `${address} does not count: it is not verified` },
    name: undefined,
    preferredUsername: undefined,
    provider,
    claims,
  };
}

/** Read as in a sign-in, but without requests to the provider. */
function claimed(
  { providers: configured }: Config,
  claims: Claims,
  name: string,
  written: string,
): Promise<Identity> {
  const settings = configured[name];
  const provider = providers.get(settings?.type ?? name);
  if (settings === undefined || provider?.isOAuthOnly !== undefined || provider === undefined)
    throw new Error(
      `${written.split(" ")[0]} is for providers of OpenID Connect, and ${name} is not one`,
    );
  const { place, issuers } = issuersFor(provider, settings);
  const { iss = issuerOfTenant(place, claims) } = claims;
  // A description may leave out what is the same in each ID token.
  const fault = iss === undefined ? undefined : issuerFault({ place, issuers }, { ...claims, iss });
  if (fault !== undefined) throw new Error(`${written}: the ID token ${fault}`);
  const issuer = text(iss) ?? settings.issuer ?? provider.issuer ?? "";
  const answers = { idToken: claims, userinfo: undefined };
  return identityOf({ name, issuer, provider, settings }, answers, { api: noApi });
}
