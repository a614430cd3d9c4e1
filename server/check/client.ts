import { randomBytes } from "node:crypto";
import { reasonsOf } from "../observe/log.ts";
import { noAuthentication, secretAuthentication } from "../sign-in/client-authentication.ts";
import { refusalOfMadeUpCode, type OtherClient, type Refusal } from "../sign-in/made-up-code.ts";
import type { RelyingParty } from "../sign-in/relying-party.ts";
import { fault, ok, unknown, type Finding } from "./finding.ts";

type Metadata = Parameters<RelyingParty["authentication"]["methodAt"]>[0];

/**
 * Tests our client at the token endpoint, with a made-up code. An issuer that rejects the code has accepted the
 * client, unless it rejects the code of any client: then a client with other credentials gets the same response.
 */
export async function tryClient(
  party: RelyingParty,
  redirectUri: string,
  metadata: Metadata,
): Promise<Finding> {
  const client = { party, redirectUri, method: party.authentication.methodAt(metadata) };
  try {
    return named(await verdict(client, await refusalOfMadeUpCode(party, redirectUri)));
  } catch (error) {
    return named(unknown(`${notKnown(client)}: ${reasonsOf(error)}`));
  }
}

interface Client {
  readonly party: RelyingParty;
  readonly redirectUri: string;
  /** The method of client authentication (RFC 7591 §2). */
  readonly method: string;
}

function named({ level, text }: Finding): Finding {
  return { level, text: `client authentication: ${text}` };
}

async function verdict(client: Client, refusal: Refusal | undefined): Promise<Finding> {
  if (refusal === undefined)
    return unknown(`${notKnown(client)}: the token endpoint accepts a made-up code`);
  switch (aimOf(refusal)) {
    case "code":
      return compare(client);
    case "client":
      return fault(
        `the token endpoint rejects the client (${quoted(refusal)}): ${clientFix(client, refusal)}`,
      );
    case "grant":
      return fault(
        `the token endpoint does not let this client use the authorization code grant (${quoted(refusal)}): enable it in the registration there (Keycloak: Standard flow)`,
      );
    default:
      return unknown(
        `${notKnown(client)}: the token endpoint answers a made-up code with ${quoted(refusal)}`,
      );
  }
}

async function compare(client: Client): Promise<Finding> {
  const { party, redirectUri } = client;
  const other = await refusalOfMadeUpCode(party, redirectUri, otherClient(party));
  if (other !== undefined && aimOf(other) === "client")
    return ok(`the token endpoint accepts ${credentialsOf(client)}`);
  return unknown(
    `${notKnown(client)}: the token endpoint answers made-up credentials in the same way${party.settings.clientSecret === undefined ? "" : "; if the client there is public, remove clientSecret"}`,
  );
}

function otherClient({ settings, provider, authentication }: RelyingParty): OtherClient {
  const { clientId, clientAuthentication = provider.clientAuthentication } = settings;
  if (authentication.method === "none")
    return { clientId: madeUp(), authentication: noAuthentication };
  return { clientId, authentication: secretAuthentication(madeUp(), clientAuthentication) };
}

function madeUp(): string {
  return randomBytes(16).toString("hex");
}

/** What a refusal is about; undefined = not known. */
function aimOf({ status, error }: Refusal): "code" | "client" | "grant" | undefined {
  if (error === "invalid_grant") return "code";
  // Keycloak sends `unauthorized_client` with 401 for a wrong secret.
  if (status === 401 || /invalid.client|client.(secret|id|credentials)/i.test(error))
    return "client";
  return /^(unauthorized_client|unsupported_grant_type)$/.test(error) ? "grant" : undefined;
}

function quoted({ status, error, description }: Refusal): string {
  const words = `${error} ${description}`.trim().slice(0, 300);
  return words === "" ? String(status) : `${status} ${JSON.stringify(words)}`;
}

function credentialsOf(client: Client): string {
  const credential = credentialOf(client);
  return credential === undefined ? "clientId without a secret" : `clientId and ${credential}`;
}

/** The setting with our credential, and its method. */
function credentialOf({ party: { settings }, method }: Client): string | undefined {
  const credentials = [
    "clientSecret",
    "clientCertificateFile",
    "clientAssertionFile",
    "clientKeyFile",
  ] as const;
  const credential = credentials.find((name) => settings[name] !== undefined);
  return credential && `${credential} (${method})`;
}

function notKnown(client: Client): string {
  return `not known whether the token endpoint accepts ${credentialsOf(client)}`;
}

/** Most issuers send the same refusal for a wrong secret, a disabled client and another method of authentication. */
function clientFix(client: Client, { description }: Refusal): string {
  const credential = credentialOf(client);
  if (credential === undefined)
    return "set clientSecret, or register the client there as a public one";
  if (client.party.settings.clientSecret !== undefined && description.includes("assertion"))
    return "the client there has to sign assertions: let it authenticate with its secret (Keycloak: Client Id and Secret), or set clientKeyFile instead of clientSecret";
  return `clientId or ${credential} is wrong, or the client is disabled there or authenticates in another way: compare them with the registration there`;
}
