import type { ServerMetadata } from "openid-client";
import { claimAt, text } from "../../providers/claims.ts";
import type { IssuerFetch } from "./issuer-fetch.ts";
import { methodOf, secretsIn } from "./sent-secrets.ts";
import { wholeResponse } from "./whole-response.ts";

const longest = 200;
/** Shorter values also occur in ordinary words. */
const shortestSecret = 4;

/** What an issuer said, by its response: openid-client's errors do not contain it. */
const notes = new WeakMap<Response, string>();

/** `fetch` that notes the status, the address and the words of each response that is not JSON or not a success. */
export function withNotes(fetch: IssuerFetch, metadata: Partial<ServerMetadata> = {}): IssuerFetch {
  return async (url, init) => {
    const response = await wholeResponse(await fetch(url, init), url);
    const written = await response.text();
    const body = parsed(written);
    if (response.ok && body !== undefined) return response;
    const { status } = response;
    const headers = new Headers(response.headers);
    // openid-client's error for broken JSON quotes the body, which may contain a token; that for a type does not.
    if (body === undefined) headers.set("content-type", "text/plain");
    const answer = response.with(written, headers);
    const { origin, pathname } = new URL(url);
    const place = `${origin}${pathname} returned ${status}`;
    const said = wordsIn(body ?? challengeIn(headers), secretsIn(init));
    const shape = written === "" ? "an empty body" : `${typeOf(response)}, not JSON`;
    const hint = isClientRefused(url, status, body, metadata) ? otherMethods(init, metadata) : "";
    const form = body === undefined ? ` with ${shape}` : "";
    notes.set(answer, `${place}${form}${said === undefined ? "" : `: ${said}`}${hint}`);
    return answer;
  };
}

/** The error with what the issuer said, if that was noted, or with the token type that openid-client does not know. */
export function withNote(error: unknown): unknown {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const response = "response" in cause ? cause.response : cause.cause;
    const note = response instanceof Response ? notes.get(response) : undefined;
    if (note !== undefined) return new Error(note, { cause: error });
    const type = text(claimAt(cause.cause, "body.token_type"));
    if (type !== undefined && cause.message.includes("token_type"))
      return new Error(`token_type is ${quoted(type)}, not Bearer`, { cause: error });
  }
  return error;
}

/** The error code and description of a refusal (RFC 6749 §5.2), for the log: cut, escaped, without tokens. */
export function wordsIn(body: unknown, secrets: readonly string[] = []): string | undefined {
  const code = text(claimAt(body, "error"));
  const descriptions = ["error_description", "error.message", "message"];
  const [description] = descriptions.flatMap((path) => text(claimAt(body, path)) ?? []);
  const words = [
    ...(code === undefined
      ? []
      : [/^[A-Za-z_.-]{1,60}$/.test(code) ? code : quoted(code, secrets)]),
    ...(description === undefined || description === code ? [] : [quoted(description, secrets)]),
  ];
  return words.length === 0 ? undefined : words.join(" ");
}

/** Text of an issuer for the log: cut, escaped, without tokens and `secrets`. */
export function quoted(said: string, secrets: readonly string[] = []): string {
  const known = secrets
    .filter(({ length }) => length >= shortestSecret)
    .reduce((rest, secret) => rest.replaceAll(secret, "…"), said);
  const safe = known.replace(/[\w-]{20,}(\.[\w-]+)*/g, (run) => (isWord(run) ? run : "…"));
  return JSON.stringify(safe.length > longest ? `${safe.slice(0, longest)}…` : safe);
}

/** A long run of characters that is a name or a UUID, not a token. */
function isWord(run: string): boolean {
  return !/\d/.test(run) || /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(run);
}

function parsed(written: string): object | undefined {
  try {
    const value: unknown = JSON.parse(written);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function typeOf({ headers }: Response): string {
  const type = headers.get("content-type")?.split(";")[0]?.trim() ?? "";
  return /^[\w.+-]+\/[\w.+-]{1,60}$/.test(type) ? type : "no content type";
}

/** RFC 6750 §3: the error in a `WWW-Authenticate` header. */
function challengeIn(headers: Headers): object {
  const challenge = headers.get("www-authenticate") ?? "";
  const found = challenge.matchAll(/\b(error|error_description)="([^"]*)"/g);
  return Object.fromEntries(Array.from(found, ([, name, value]) => [name, value]));
}

/** Some issuers answer with 401 and a code other than `invalid_client`. */
function isClientRefused(
  url: string,
  status: number,
  body: object | undefined,
  {
    token_endpoint_auth_methods_supported: offered,
    userinfo_endpoint: userinfo,
  }: Partial<ServerMetadata>,
): boolean {
  if (offered === undefined || url === userinfo) return false;
  return status === 401 || claimAt(body, "error") === "invalid_client";
}

function otherMethods(
  init: object,
  { token_endpoint_auth_methods_supported: offered = [] }: Partial<ServerMetadata>,
): string {
  const used = methodOf(init);
  const others = offered.filter((method) => method !== used && method !== "none");
  if (others.length === 0) return "";
  return `; sent with ${used}, the metadata also offers ${others.join(", ").slice(0, longest)} (\`clientAuthentication\`)`;
}
