import { readFile } from "node:fs/promises";
import { importPKCS8, SignJWT } from "jose";
import * as v from "valibot";
import { ApiError } from "../../providers/api.ts";
import { fileText } from "../config/file-text.ts";
import { reasonsOf } from "../observe/log.ts";
import type { IssuerFetch } from "./issuer-fetch.ts";
import { wordsIn } from "./issuer-words.ts";

const keyFile = v.object({
  type: v.literal("service_account"),
  client_email: v.string(),
  private_key: v.string(),
  private_key_id: v.optional(v.string()),
  token_uri: v.string(),
});

type ServiceAccountKey = v.InferOutput<typeof keyFile>;

export interface ServiceAccount {
  /** A key file in Google's JSON format. */
  readonly file: string;
  /** The administrator whom the service account impersonates. */
  readonly admin: string;
  /** One is enough; the first that the directory's administrators granted is used. */
  readonly scopes: readonly string[];
  /** An additional URL (other than Google's) that the assertion may be sent to. */
  readonly tokenEndpoint: string | undefined;
  readonly fetch: IssuerFetch;
  readonly now: () => number;
}

/** A token must not expire while a request is in flight. */
const marginMs = 60_000;
const patienceMs = 4_000;

/** Returns a service account's access token, cached until shortly before it expires. Throws an `ApiError`. */
export function createServiceAccount(account: ServiceAccount): () => Promise<string> {
  const { now } = account;
  let kept: Granted | undefined;
  let asking: Promise<Granted> | undefined;
  return async () => {
    if (kept !== undefined && now() < kept.until) return kept.token;
    asking ??= askScopes(account).finally(() => {
      asking = undefined;
    });
    kept = await asking;
    return kept.token;
  };
}

interface Granted {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** Read again for each token, so that the key file can be replaced. Errors name the file, never its contents. */
export async function readKey({ file, tokenEndpoint }: ServiceAccount): Promise<ServiceAccountKey> {
  const { success, output, issues } = v.safeParse(
    keyFile,
    parse(fileText(await readFile(file)).text),
  );
  if (!success) {
    const places = issues.map((issue) => v.getDotPath(issue) ?? "its JSON").join(", ");
    throw new Error(`${file} is not the key file of a service account: check ${places}`);
  }
  if (!mayHaveAssertion(output.token_uri, tokenEndpoint)) {
    throw new Error(
      `${file} has a token_uri that is not Google's: if this is intended, set endpoints.token to it`,
    );
  }
  await signingKey(output).catch(() => {
    throw new Error(`${file} has a private_key that is not PKCS #8 in PEM`);
  });
  return output;
}

/** The parser's message may quote the text, which is a secret. */
function parse(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    return undefined;
  }
}

/** The hosts in the `token_uri` of current and older key files. */
const googleHosts = new Set(["oauth2.googleapis.com", "www.googleapis.com", "accounts.google.com"]);

/** The recipient of the assertion can act as the administrator. */
function mayHaveAssertion(written: string, tokenEndpoint: string | undefined): boolean {
  const url = URL.parse(written);
  if (url === null) return false;
  if (url.href === tokenEndpoint) return true;
  const isGoogle = googleHosts.has(url.host);
  return url.protocol === "https:" && isGoogle && url.username === "";
}

function signingKey({ private_key: pem }: ServiceAccountKey) {
  return importPKCS8(pem, "RS256");
}

/** Google grants all scopes of an assertion or none, so each is tried in turn. */
async function askScopes(account: ServiceAccount): Promise<Granted> {
  const key = await readKey(account).catch((cause: unknown) => {
    throw new ApiError(reasonsOf(cause), 200, { cause });
  });
  let refusal: ApiError | undefined;
  for (const scope of account.scopes) {
    try {
      return await askToken(account, key, scope);
    } catch (error) {
      if (!(error instanceof ApiError) || error.isTransient) throw error;
      refusal = error;
    }
  }
  throw refusal ?? new ApiError("no scope is configured for the service account", 200);
}

const granted = v.object({
  access_token: v.pipe(v.string(), v.nonEmpty()),
  expires_in: v.number(),
});

/** RFC 7523 §2.1. */
async function askToken(
  account: ServiceAccount,
  key: ServiceAccountKey,
  scope: string,
): Promise<Granted> {
  const { fetch, now } = account;
  const place = `the service account ${key.client_email}`;
  const body = new URLSearchParams({
    grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
    assertion: await assertion(account, key, scope),
  });
  const signal = AbortSignal.timeout(patienceMs);
  const headers = { Accept: "application/json" };
  const response = await fetch(key.token_uri, { method: "POST", headers, body, signal }).catch(
    (cause: unknown) => {
      throw new ApiError(`${place} got no response from ${key.token_uri}`, undefined, { cause });
    },
  );
  const answer: unknown = await response.json().catch(() => undefined);
  const { success, output } = v.safeParse(granted, answer);
  if (response.status === 200 && success) {
    return { token: output.access_token, until: now() + output.expires_in * 1000 - marginMs };
  }
  const said = wordsIn(answer);
  const reason = said === undefined ? "" : ` ${said}`;
  throw new ApiError(`${place} got no token: ${response.status}${reason}`, response.status);
}

async function assertion(
  { admin, now }: ServiceAccount,
  key: ServiceAccountKey,
  scope: string,
): Promise<string> {
  const seconds = Math.floor(now() / 1000);
  const kid = key.private_key_id;
  return new SignJWT({ scope })
    .setProtectedHeader({ alg: "RS256", typ: "JWT", ...(kid !== undefined && { kid }) })
    .setIssuer(key.client_email)
    .setSubject(admin)
    .setAudience(key.token_uri)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + 600)
    .sign(await signingKey(key));
}
