import type { ClientAuth, ServerMetadata } from "openid-client";
import * as v from "valibot";
import type { Provider } from "../../providers/provider.ts";
import { openChangingFiles, type ChangingFiles } from "../config/changing-files.ts";
import { clientWay } from "../config/client-checks.ts";
import { clientMethods } from "../config/client-schema.ts";
import { ConfigError } from "../config/faults.ts";
import type { ForwardProxyOf } from "../config/forward-proxy.ts";
import type { ProviderConfig } from "../config/schema.ts";
import { onFirstCall } from "../memory/on-first-call.ts";
import { reasonsOf, type Log } from "../observe/log.ts";
import {
  fileAssertion,
  parseAssertion,
  secretFromKey,
  signedAssertion,
} from "./client-assertion.ts";
import { parseClientKey, signingKey } from "./client-key.ts";
import { createIssuerFetch, type IssuerFetch } from "./issuer-fetch.ts";
import { createMutualTlsFetch, parseClientCertificate } from "./mutual-tls.ts";

/** How our client authenticates to one issuer. */
export interface ClientAuthentication {
  /** The name of RFC 7591 §2; undefined = a client secret, sent as the metadata defines. */
  readonly method: string | undefined;
  /** The same for an issuer with this metadata. */
  methodAt(metadata: ServerMetadata): string;
  /** The authentication for an issuer with this metadata. */
  ofIssuer(metadata: ServerMetadata): ClientAuth;
  /** `fetch` with our client certificate; undefined = no certificate is used. */
  readonly fetch: IssuerFetch | undefined;
}

/** Reads the files in a provider's settings. Throws a `ConfigError` with the fault in them. */
export type OpenAuthentication = (
  name: string,
  provider: Provider,
  settings: ProviderConfig,
) => ClientAuthentication;

export function createOpenAuthentication(log: Log, proxyOf: ForwardProxyOf): OpenAuthentication {
  return (...client) => openAuthentication(client, log, proxyOf);
}

function openAuthentication(
  [name, provider, settings]: Parameters<OpenAuthentication>,
  log: Log,
  proxyOf: ForwardProxyOf,
): ClientAuthentication {
  const open = <T>(options: readonly FileOption[], parse: (...contents: string[]) => T) =>
    openFiles(name, settings, options, parse, log);
  const { clientKeyId: keyId, clientTeamId: teamId } = settings;
  switch (clientWay(settings, provider)) {
    case "secret":
      return secretAuthentication(
        settings.clientSecret ?? "",
        settings.clientAuthentication ?? provider.clientAuthentication,
      );
    case "nothing":
      return noAuthentication;
    case "assertion": {
      const files = open(["clientAssertionFile"], parseAssertion);
      return always("private_key_jwt", fileAssertion(files));
    }
    case "key": {
      const files = open(["clientKeyFile"], parseClientKey);
      const audience = settings.clientAssertionAudience ?? provider.assertionAudience ?? "issuer";
      return always("private_key_jwt", signedAssertion(files, { keyId, audience }));
    }
    case "madeSecret": {
      const files = open(["clientKeyFile"], parseElliptic);
      return always(
        "client_secret_post",
        secretFromKey(files, { keyId: keyId ?? "", teamId: teamId ?? "" }),
      );
    }
    case "certificate": {
      open(["clientKeyFile"], parseClientKey); // reports a fault in the key under its own setting
      const files = open(["clientCertificateFile", "clientKeyFile"], parseClientCertificate);
      const method = settings.clientAuthentication ?? "tls_client_auth";
      return {
        ...always(method, tlsClientAuth),
        fetch: createIssuerFetch(createMutualTlsFetch(files, proxyOf)),
      };
    }
  }
}

/** The first request to the issuer loads openid-client. */
function later(choose: (library: typeof import("openid-client")) => ClientAuth): ClientAuth {
  return onFirstCall(async () => choose(await import("openid-client")));
}

function always(method: string, authenticate: ClientAuth): ClientAuthentication {
  return { method, methodAt: () => method, ofIssuer: () => authenticate, fetch: undefined };
}

const tlsClientAuth = later(({ TlsClientAuth }) => TlsClientAuth());
const none = later(({ None }) => None());

/** A public client: only PKCE links its requests. */
export const noAuthentication = always("none", none);

/** The methods that the metadata lists; undefined = no usable list, which means `client_secret_basic` (RFC 8414 §2). */
function listedMethods({ token_endpoint_auth_methods_supported: listed }: ServerMetadata) {
  const { success, output } = v.safeParse(v.array(v.string()), listed);
  return success && output.length > 0 ? output : undefined;
}

/** RFC 6749 §2.3.1: every issuer supports the header, so the form is used only if the issuer lists it without the header. */
export function secretAuthentication(
  clientSecret: string,
  method?: ProviderConfig["clientAuthentication"],
): ClientAuthentication {
  const methodAt = (metadata: ServerMetadata) => {
    const listed = listedMethods(metadata) ?? [];
    const isForm = listed.includes("client_secret_post") && !listed.includes("client_secret_basic");
    return method ?? (isForm ? "client_secret_post" : "client_secret_basic");
  };
  const post = later(({ ClientSecretPost }) => ClientSecretPost(clientSecret));
  const basic = later(({ ClientSecretBasic }) => ClientSecretBasic(clientSecret));
  const ofIssuer = (metadata: ServerMetadata) =>
    methodAt(metadata) === "client_secret_post" ? post : basic;
  return { method, methodAt, ofIssuer, fetch: undefined };
}

type FileOption = "clientKeyFile" | "clientAssertionFile" | "clientCertificateFile";

function openFiles<T>(
  name: string,
  settings: ProviderConfig,
  options: readonly FileOption[],
  parse: (...contents: string[]) => T,
  log: Log,
): ChangingFiles<T> {
  const files = options.map((option) => settings[option] ?? "");
  try {
    return openChangingFiles(files, parse, log);
  } catch (error) {
    const path = `providers.${name}.${options[0]}`;
    const isUnread = error instanceof Error && "syscall" in error;
    const message = `${files[0]} ${isUnread ? "cannot be read: " : ""}${reasonsOf(error)}`;
    throw new ConfigError("the configuration", [{ path, message }]);
  }
}

/** Apple accepts only ES256. */
function parseElliptic(written: string) {
  const key = parseClientKey(written);
  signingKey(key, ["ES256"]);
  return key;
}

/** Why an issuer with this metadata would reject our client, as far as the metadata shows it. */
export async function authenticationFault(
  { methodAt, ofIssuer }: ClientAuthentication,
  metadata: ServerMetadata,
  clientId: string,
): Promise<string | undefined> {
  const [method, listed] = [methodAt(metadata), listedMethods(metadata)];
  // Issuers that accept public clients rarely list "none".
  if (listed !== undefined && method !== "none" && !listed.includes(method))
    return unlisted(method, listed);
  try {
    await ofIssuer(metadata)(
      metadata,
      { client_id: clientId },
      new URLSearchParams(),
      new Headers(),
    );
    return undefined;
  } catch (error) {
    return reasonsOf(error);
  }
}

function unlisted(method: string, listed: readonly string[]): string {
  const known = clientMethods.filter((one) => one !== "none" && listed.includes(one));
  const mend =
    known.length > 0
      ? `register the client for one of these, and set \`clientAuthentication\`: ${known.join(", ")}`
      : "doorward supports none of them, so change the client's registration there";
  const accepted = JSON.stringify(listed.join(", ").slice(0, 300));
  return `the client authenticates with ${method}, but the issuer accepts only ${accepted}: ${mend}`;
}
