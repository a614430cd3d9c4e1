import { claimAt, type Claims } from "../../providers/claims.ts";

/** Two clocks, the issuer's and ours; the same as in the code flow. */
export const toleranceSeconds = 30;

/** Which tokens of an issuer are for us. */
export interface Recipient {
  readonly issuers: readonly string[];
  /** For an access token one of them is enough; an ID token may name no others. */
  readonly audiences: readonly string[];
  /** Our own client there, if there is one. */
  readonly clientId: string | undefined;
  /** The client that an ID token must be made for; undefined = any of the audiences. */
  readonly idTokenClient: string | undefined;
  /** All must hold, each by one of its values. */
  readonly claims: Readonly<Record<string, unknown>>;
}

export type TokenKind = "access" | "id" | "opaque";

/** By `typ` (RFC 9068 §2.1; RFC 8725 §3.11), so that no kind of token can stand in for another. */
export function kindOf(typ: unknown): "access" | "id" | undefined {
  if (typ === undefined) return "id";
  if (typeof typ !== "string") return undefined;
  const type = typ.toLowerCase().replace(/^application\//, "");
  if (type === "at+jwt") return "access";
  return type === "jwt" ? "id" : undefined;
}

/** What speaks against a token whose signature, issuer and audience have been checked, or nothing. */
export function signedTokenFault(
  claims: Claims,
  kind: "access" | "id",
  recipient: Recipient,
  now: number,
): string | undefined {
  return (
    timesFault(claims, now) ??
    (kind === "id" ? idTokenFault(claims, recipient) : undefined) ??
    commonFault(claims, recipient)
  );
}

/** RFC 9068 §2.2 and OpenID Connect Core §2 have both times in every token. */
function timesFault({ exp, iat }: Claims, now: number): string | undefined {
  if (!isTime(exp)) return "exp is no time";
  if (!isTime(iat)) return "iat is no time";
  if (iat > now / 1000 + toleranceSeconds) return "iat lies in the future";
  return iat > exp ? "exp lies before iat" : undefined;
}

/** JSON can hold numbers that become Infinity, which no time passes. */
function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** OpenID Connect Core §3.1.3.7 (3-5): for us alone, or for others whom we know. */
function idTokenFault(
  { aud, azp, events }: Claims,
  { audiences, idTokenClient: client }: Recipient,
): string | undefined {
  if (events !== undefined) return "it is a logout token or another security event";
  const named = [aud].flat();
  if (client !== undefined && !named.includes(client)) return "it is not for our client";
  const isKnown = (entry: unknown) => typeof entry === "string" && audiences.includes(entry);
  if (!named.every(isKnown)) return "it is also for somebody whom we do not know";
  const isOurs = client === undefined ? isKnown(azp) : azp === client;
  return azp === undefined || isOurs ? undefined : "it was issued to another client";
}

function commonFault(claims: Claims, { claims: wanted }: Recipient): string | undefined {
  if (typeof claims.sub !== "string" || claims.sub === "") return "it names no subject";
  // RFC 8705 §3, RFC 9449 §7: bound to a key of its holder, which we have no proof of here.
  if (claims.cnf !== undefined) return "it is bound to a key of its holder";
  const failed = Object.entries(wanted).find(([path, values]) => !holds(claims, path, values));
  return failed && `the claim ${failed[0]} is not as the rule asks`;
}

function holds(claims: Claims, path: string, values: unknown): boolean {
  const found = new Set<unknown>([claimAt(claims, path)].flat());
  return [values].flat().some((value) => found.has(value));
}

/** What speaks against a token by its issuer's own word (RFC 7662 §2.2), or nothing. */
export function introspectedTokenFault(
  answer: Claims,
  recipient: Recipient,
  now: number,
): string | undefined {
  const { active, iss, exp, nbf, token_type: type, token_use: use } = answer;
  if (active !== true) return "it is not active";
  if (iss !== undefined && !recipient.issuers.some((issuer) => issuer === iss))
    return "it is of another issuer";
  // An issuer also answers for refresh tokens, and says so here or nowhere.
  if (typeof type !== "string" || type.toLowerCase() !== "bearer") return "it is no bearer token";
  if (use !== undefined && use !== "access_token") return "it is no access token";
  if (!isForUs(answer, recipient)) return "it is not for us";
  const seconds = now / 1000;
  if (exp !== undefined && !(isTime(exp) && exp > seconds - toleranceSeconds))
    return "it has expired";
  if (nbf !== undefined && !(isTime(nbf) && nbf <= seconds + toleranceSeconds))
    return "it is not valid yet";
  return commonFault(answer, recipient);
}

/** Without an audience a token could be anybody's, so only one that we got ourselves is ours. */
function isForUs({ aud, client_id: client }: Claims, { audiences, clientId }: Recipient): boolean {
  if (aud === undefined || aud === null) return clientId !== undefined && client === clientId;
  return [aud].flat().some((entry) => typeof entry === "string" && audiences.includes(entry));
}

/** RFC 9068 §2.2.3: `scope`, a list between spaces; some issuers have `scp`, as a list or as text. */
export function scopesOf({ scope, scp }: Claims): ReadonlySet<string> {
  const written = typeof scope === "string" ? scope : scp;
  const entries = Array.isArray(written) ? written : [written];
  return new Set(
    entries.flatMap((entry) => (typeof entry === "string" ? entry.split(" ") : [])).filter(Boolean),
  );
}
