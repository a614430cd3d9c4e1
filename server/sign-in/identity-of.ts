import type { Api } from "../../providers/api.ts";
import type { Claims } from "../../providers/claims.ts";
import type { Answers, Gaps, Options, Person, Provider } from "../../providers/provider.ts";
import { parseEmail } from "../identity/email.ts";
import type { Identity } from "../identity/identity.ts";
import type { ProviderConfig } from "../config/schema.ts";
import { AuthError } from "../errors.ts";

/** The issuer of the claims, and how to read them. */
export interface IdentityReader {
  readonly name: string;
  readonly issuer: string;
  readonly provider: Provider;
  readonly settings: Settings;
}

/** The provider-specific settings are absent for issuers whose tokens alone are accepted. */
type Settings = Pick<
  ProviderConfig,
  "emailClaim" | "groupsClaim" | "usernameClaim" | "trustEmail"
> &
  Partial<Pick<ProviderConfig, "groupsFrom" | "repositories" | "projects" | "directory">>;

/** The APIs that supply what the claims do not contain. */
export interface Apis {
  readonly api: Api;
  /** A directory that a service account reads. */
  readonly directory?: Api | undefined;
}

/** Claims about the protocol messages, not about the person. */
const protocolClaims = new Set([
  "nonce",
  "at_hash",
  "c_hash",
  "s_hash",
  "iat",
  "exp",
  "nbf",
  "jti",
  "azp",
  "aud",
]);

const signInClaims = new Set(["acr", "amr", "auth_time"]);

/** The identity in validated claims: issuer, audience and times are already checked. */
export async function identityOf(
  { name, issuer, provider, settings }: IdentityReader,
  answers: Answers,
  { api, directory }: Apis,
): Promise<Identity> {
  const { repositories = [], projects = [], directory: directoryOptions } = settings;
  const groupsClaim = settings.groupsClaim ?? provider.groupsClaim ?? "groups";
  const options: Options = {
    ...settings,
    emailClaim: settings.emailClaim,
    groupsClaim,
    repositories,
    projects,
    directory: directoryOptions,
  };
  const person = await provider.identify(answers, options, api, directory);
  if (person.subject === "")
    throw new AuthError("response_rejected", "the provider's response contains no subject");
  const email = person.email === undefined ? undefined : parseEmail(person.email)?.address;
  return {
    ...person,
    issuer,
    email,
    groupsFault: person.groupsFault,
    gaps: gapsOf(person, email, provider, options),
    provider: name,
    claims: claimsOf(answers, provider),
  };
}

/** How and when the visitor signed in counts only from the signed ID token. */
function claimsOf(
  { idToken, userinfo = {}, accessToken = {} }: Answers,
  { accessTokenClaims = [] }: Provider,
): Claims {
  const unsigned = Object.entries(userinfo).filter(([claim]) => !signInClaims.has(claim));
  const ofAccessToken = Object.entries(accessToken).filter(([claim]) =>
    accessTokenClaims.includes(claim),
  );
  const claims = Object.fromEntries([...unsigned, ...ofAccessToken, ...Object.entries(idToken)]);
  return Object.fromEntries(
    Object.entries(claims).filter(
      ([claim, value]) => !protocolClaims.has(claim) && isNestedAtMost(value, mostLevels),
    ),
  );
}

/** A claim nested deeper is left out: no rule reads that far, and its JSON could overflow the stack. */
const mostLevels = 100;

function isNestedAtMost(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every((inner) => isNestedAtMost(inner, levels - 1));
}

/** What a person lacks; undefined = nothing. `email` is the valid address. */
function gapsOf(
  person: Person,
  email: string | undefined,
  { label, guide }: Provider,
  { trustEmail }: Options,
): Gaps | undefined {
  const { gaps: { groups, ...gaps } = {} } = person;
  if (email !== undefined) return groups === undefined ? undefined : { groups };
  if (person.email !== undefined)
    return { email: "the provider's address is not a valid email address", groups };
  const needsTrust = guide?.emails === "unsaid" && !trustEmail;
  const noAddress = needsTrust
    ? `${label} never marks an address as verified, so none counts without trustEmail: true`
    : `${label} sent no address that it marks as verified`;
  return { email: gaps.email ?? noAddress, groups };
}
