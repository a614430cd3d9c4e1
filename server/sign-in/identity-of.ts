import type { Claims, Provider } from "../../providers/provider.ts";
import { parseEmail } from "../access/email.ts";
import type { Identity } from "../access/identity.ts";
import type { ProviderConfig } from "../config/schema.ts";
import { AuthError } from "../errors.ts";

/** Whose claims they are, and how to read them. */
export interface Describer {
  readonly name: string;
  readonly issuer: string;
  readonly provider: Provider;
  readonly settings: Pick<
    ProviderConfig,
    "emailClaim" | "groupsClaim" | "usernameClaim" | "trustEmail"
  >;
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

/** Who the claims speak of. Their issuer, audience and times have been checked by then. */
export function identityOf(
  { name, issuer, provider, settings }: Describer,
  idToken: Claims,
  userinfo: Claims | undefined,
): Identity {
  const { emailClaim, groupsClaim, usernameClaim, trustEmail } = settings;
  const person = provider.identify(
    { idToken, userinfo },
    { email: emailClaim, groups: groupsClaim, username: usernameClaim, trustEmail },
  );
  if (person.subject === "") throw new AuthError("response_rejected", "it names no subject");
  // How and when somebody signed in is for the signed answer alone to say.
  const unsigned = Object.entries(userinfo ?? {}).filter(([claim]) => !signInClaims.has(claim));
  const claims = Object.entries({ ...Object.fromEntries(unsigned), ...idToken }).filter(
    ([claim]) => !protocolClaims.has(claim),
  );
  return {
    ...person,
    issuer,
    email: person.email === undefined ? undefined : parseEmail(person.email)?.address,
    provider: name,
    claims: Object.fromEntries(claims),
  };
}
