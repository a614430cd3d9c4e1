import type { Api } from "../../providers/api.ts";
import type { Answers, Options, Provider } from "../../providers/provider.ts";
import { parseEmail } from "../identity/email.ts";
import type { Identity } from "../identity/identity.ts";
import type { ProviderConfig } from "../config/schema.ts";
import { AuthError } from "../errors.ts";

/** Whose claims they are, and how to read them. */
export interface IdentityReader {
  readonly name: string;
  readonly issuer: string;
  readonly provider: Provider;
  readonly settings: Settings;
}

/** What is special to some providers is left out where only tokens of an issuer are read. */
type Settings = Pick<
  ProviderConfig,
  "emailClaim" | "groupsClaim" | "usernameClaim" | "trustEmail"
> &
  Partial<Pick<ProviderConfig, "repositories" | "projects" | "directory">>;

/** What may be asked for what the answers leave open. */
export interface Apis {
  readonly api: Api;
  /** A directory that a service account may ask. */
  readonly directory?: Api | undefined;
}

/** About the messages themselves, not about the person. */
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

/** Who the answers speak of. Their issuer, audience and times have been checked by then. */
export async function identityOf(
  { name, issuer, provider, settings }: IdentityReader,
  answers: Answers,
  { api, directory }: Apis,
): Promise<Identity> {
  const { repositories = [], projects = [], directory: asked } = settings;
  const groupsClaim = settings.groupsClaim ?? provider.groupsClaim ?? "groups";
  const options: Options = { ...settings, groupsClaim, repositories, projects, directory: asked };
  const person = await provider.identify(answers, options, api, directory);
  if (person.subject === "") throw new AuthError("response_rejected", "it names no subject");
  const { idToken, userinfo = {} } = answers;
  // How and when somebody signed in is for the signed answer alone to say.
  const unsigned = Object.entries(userinfo).filter(([claim]) => !signInClaims.has(claim));
  const claims = Object.entries({ ...Object.fromEntries(unsigned), ...idToken }).filter(
    ([claim]) => !protocolClaims.has(claim),
  );
  return {
    ...person,
    issuer,
    email: person.email === undefined ? undefined : parseEmail(person.email)?.address,
    groupsFault: person.groupsFault,
    provider: name,
    claims: Object.fromEntries(claims),
  };
}
