import { formOf } from "../../providers/claim-form.ts";
import { claimAt, type Claims } from "../../providers/claims.ts";
import { quoted } from "../sign-in/issuer-words.ts";
import { toleranceSeconds } from "../sign-in/verify-jwt.ts";

/** Which tokens of an issuer are meant for doorward. */
export interface Recipient {
  readonly issuers: readonly string[];
  /** An access token needs one of them; an ID token may contain no others. */
  readonly audiences: readonly string[];
  /** doorward's client at the issuer, if there is one. */
  readonly clientId: string | undefined;
  /** The client that an ID token must be issued to; undefined = any of the audiences. */
  readonly idTokenClient: string | undefined;
  /** Every claim must match, each by one of its values. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Why a token is rejected although its signature and issuer are valid; undefined = it is not. */
export function signedTokenFault(
  claims: Claims,
  kind: "access" | "id",
  recipient: Recipient,
  now: number,
): string | undefined {
  return (
    timesFault(claims, now) ??
    subjectFault(claims) ??
    audienceFault(claims, recipient) ??
    (kind === "id" ? idTokenFault(claims, recipient) : undefined) ??
    commonFault(claims, recipient)
  );
}

/** RFC 9068 §2.2 and OpenID Connect Core §2 require both times in every token. */
function timesFault({ exp, iat }: Claims, now: number): string | undefined {
  if (!isTime(exp)) return "exp is missing or not a number";
  if (!isTime(iat)) return "iat is missing or not a number";
  if (iat > now / 1000 + toleranceSeconds) return "iat is in the future";
  return iat > exp ? "exp is before iat" : undefined;
}

/** JSON can contain numbers that parse to Infinity: such a token would never expire. */
function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** OpenID Connect Core §3.1.3.7 (3-5): for our client only, or also for configured audiences. */
function idTokenFault(
  { aud, azp, events }: Claims,
  { audiences, idTokenClient: client }: Recipient,
): string | undefined {
  if (events !== undefined)
    return "the token has an events claim, so it is a logout token or another security event";
  const named = [aud].flat();
  if (client !== undefined && !named.includes(client))
    return "aud does not contain doorward's client id";
  const isKnown = (entry: unknown) => typeof entry === "string" && audiences.includes(entry);
  if (!named.every(isKnown)) return "aud also contains an audience that is not configured";
  const isOurs = client === undefined ? isKnown(azp) : azp === client;
  return azp === undefined || isOurs ? undefined : "azp is another client";
}

function subjectFault({ sub }: Claims): string | undefined {
  if (sub === undefined)
    return "sub is missing; at Keycloak switch off lightweight access tokens for the client";
  return typeof sub === "string" && sub !== "" ? undefined : "sub is empty or not a string";
}

const mostShown = 5;

/** RFC 7519 §4.1.3. */
function audienceFault({ aud }: Claims, { audiences }: Recipient): string | undefined {
  if (namesOneOf(audiences, aud)) return undefined;
  const found = [aud].flat().slice(0, mostShown).map(shownAudience).join(", ");
  return `aud is ${aud === undefined ? "missing" : found}, expected ${audiences.join(" or ")}`;
}

function shownAudience(one: unknown): string {
  return typeof one === "string" ? quoted(one) : "not a string";
}

function namesOneOf(audiences: readonly string[], aud: unknown): boolean {
  return [aud].flat().some((entry) => typeof entry === "string" && audiences.includes(entry));
}

function commonFault(claims: Claims, { claims: wanted }: Recipient): string | undefined {
  // RFC 8705 §3, RFC 9449 §7: without the TLS connection or a DPoP proof, the caller may not have the key.
  if (claims.cnf !== undefined)
    return "the token is bound to a key (cnf), which doorward cannot check";
  const failed = Object.entries(wanted).find(([path, values]) => !hasValue(claims, path, values));
  if (failed === undefined) return undefined;
  const [path] = failed;
  return `the claim ${path} is ${formOf(claimAt(claims, path))}, and has none of the values that the rule requires`;
}

function hasValue(claims: Claims, path: string, values: unknown): boolean {
  const found = new Set<unknown>([claimAt(claims, path)].flat());
  return [values].flat().some((value) => found.has(value));
}

/** Why a token is rejected by its issuer's introspection response (RFC 7662 §2.2); undefined = it is not. */
export function introspectedTokenFault(
  answer: Claims,
  recipient: Recipient,
  now: number,
): string | undefined {
  const { active, iss, exp, nbf, token_type: type, token_use: use } = answer;
  if (active !== true) return "the issuer reports the token as inactive";
  if (iss !== undefined && !recipient.issuers.some((issuer) => issuer === iss))
    return "iss is another issuer";
  // Issuers also report refresh tokens as active, and only this field tells them apart.
  if (typeof type !== "string" || type.toLowerCase() !== "bearer")
    return "token_type is not Bearer";
  if (use !== undefined && use !== "access_token") return "token_use is not access_token";
  if (!isForUs(answer, recipient))
    return "neither aud nor, without it, client_id is one that is configured";
  const seconds = now / 1000;
  if (exp !== undefined && !(isTime(exp) && exp > seconds - toleranceSeconds))
    return "the token has expired, or exp is not a number";
  if (nbf !== undefined && !(isTime(nbf) && nbf <= seconds + toleranceSeconds))
    return "nbf is in the future or not a number";
  return subjectFault(answer) ?? commonFault(answer, recipient);
}

/** A token without an audience could be for any service, so only one issued to our own client is accepted. */
function isForUs({ aud, client_id: client }: Claims, { audiences, clientId }: Recipient): boolean {
  if (aud === undefined || aud === null) return clientId !== undefined && client === clientId;
  return namesOneOf(audiences, aud);
}

/** RFC 9068 §2.2.3: `scope`, separated by spaces; some issuers send `scp`, as a list or a string. */
export function scopesOf({ scope, scp }: Claims): ReadonlySet<string> {
  const written = typeof scope === "string" ? scope : scp;
  const entries = Array.isArray(written) ? written : [written];
  return new Set(
    entries.flatMap((entry) => (typeof entry === "string" ? entry.split(" ") : [])).filter(Boolean),
  );
}
