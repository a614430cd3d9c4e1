import { randomBytes } from "node:crypto";
import {
  genericGrantRequest,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
  type Configuration,
} from "openid-client";
import type { ClientAuthentication } from "./client-authentication.ts";
import { configure } from "./discovery.ts";
import { exchangeError } from "./issuer-error.ts";
import { oauthNeeds } from "./metadata.ts";
import type { RelyingParty } from "./relying-party.ts";

/** The refusal of a token request (RFC 6749 §5.2). */
export interface Refusal {
  readonly status: number;
  /** Empty if the issuer sent none. */
  readonly error: string;
  readonly description: string;
}

/** A client other than the configured one, to compare with. */
export interface OtherClient {
  readonly clientId: string;
  readonly authentication: ClientAuthentication;
}

/**
 * Sends a token request with a code that the issuer did not issue, as our client or another one. Its refusal shows
 * whether the issuer accepts the client. undefined = no refusal. Throws if there was no usable response.
 */
export async function refusalOfMadeUpCode(
  party: RelyingParty,
  redirectUri: string,
  other?: OtherClient,
): Promise<Refusal | undefined> {
  const known = await party.discover();
  const configuration = other === undefined ? known : await configurationOf(party, known, other);
  try {
    await genericGrantRequest(configuration, "authorization_code", {
      code: random(),
      redirect_uri: redirectUri,
      ...(!party.provider.isTiedByStateAlone && { code_verifier: random() }),
    });
    return undefined;
  } catch (error) {
    const refusal = refusalIn(error);
    if (refusal !== undefined) return refusal;
    throw exchangeError(error, `the token request to ${party.issuer} failed`);
  }
}

function configurationOf(
  { place, endpoints, fetch, issuers, verifyIssued, provider: quirks }: RelyingParty,
  known: Configuration,
  { clientId, authentication }: OtherClient,
): Promise<Configuration> {
  const signer = { issuers, clientId, verifyIssued };
  const client = { clientId, endpoints, authentication, fetch, quirks, signer };
  return configure(place, known.serverMetadata(), client, oauthNeeds);
}

function refusalIn(error: unknown): Refusal | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ResponseBodyError)
      return {
        status: cause.status,
        error: cause.error,
        description: cause.error_description ?? "",
      };
    if (cause instanceof WWWAuthenticateChallengeError) {
      const { error: code = "", error_description: description = "" } =
        cause.cause[0]?.parameters ?? {};
      return { status: cause.status, error: code, description };
    }
  }
  return undefined;
}

function random(): string {
  return randomBytes(32).toString("base64url");
}
