import { AuthError } from "../errors.ts";
import { reasonsOf, type Log } from "../observe/log.ts";
import type { LoggedRequest } from "../observe/request-id.ts";
import { revokeTokens } from "../sign-in/end-session.ts";
import type { RelyingParty } from "../sign-in/relying-party.ts";
import { askAgain, refreshTokens, verifiedTokens, type RefreshAnswer } from "../sign-in/renewal.ts";
import type { RenewalWay } from "../sign-in/renewal-way.ts";
import { noTokens, type Tokens } from "../sign-in/token-endpoint.ts";
import { retry } from "./retry.ts";
import type { SessionRecord } from "./record.ts";
import type { SealedRecords, Stored } from "./sealed-records.ts";

/** The result of a renewal. */
export type Outcome =
  | { readonly kind: "renewed"; readonly stored: Stored }
  /** The issuer refuses the renewal. */
  | { readonly kind: "ended" }
  /** No record that this process can decrypt: the session has ended, or another secret sealed its record. */
  | { readonly kind: "missing" }
  /** Transient failure; the session is kept. */
  | { readonly kind: "kept" }
  /** No token is left to renew with; the session lasts for its lifetime. */
  | { readonly kind: "unable" };

export interface RenewalParts {
  readonly records: SealedRecords;
  /** The tokens that a record keeps for identity headers. */
  readonly shown: (tokens: Tokens) => Pick<SessionRecord, "accessToken" | "idToken">;
  readonly log: Log;
  readonly now: () => number;
}

/** The renewal of one session at its issuer. */
export interface RenewalRequest {
  readonly party: RelyingParty;
  readonly way: Exclude<RenewalWay, undefined>;
  readonly token: string;
  /** The request that the renewal was begun for. */
  readonly asked: LoggedRequest | undefined;
  readonly before: Stored;
  /** Selects the tokens that a session keeps. */
  readonly kept: (tokens: Tokens) => Tokens | undefined;
  /** Takes work that continues in the background. The lease is held until it has ended. */
  readonly background: (work: Promise<unknown>) => void;
}

/**
 * Gets the current identity from the issuer and stores it. Throws "grant_ended", "store_unreachable", or a
 * transient failure ("issuer_unreachable", "issuer_broken", "client_rejected").
 */
export async function renewFromIssuer(
  parts: RenewalParts,
  request: RenewalRequest,
): Promise<Outcome> {
  const { records, shown, now } = parts;
  const { party, way, token, before, kept } = request;
  const { identity, tokens = noTokens } = before.record;
  const isRefresh = way === "refresh token";
  const answer = isRefresh ? await refreshed(parts, request) : unchanged(tokens);
  if ("kind" in answer) return answer;
  // The old refresh token may be used up: store the new one before checking or using anything else of the response.
  const stored = isRefresh ? await keep(parts, request, answer.tokens) : before;
  if (stored === undefined) return tooLate(parts, party, answer.tokens);
  try {
    const next = await verifiedTokens(party, identity, answer);
    const isNewIdToken = answer.idToken !== undefined;
    const who = await askAgain(party, identity, next, isNewIdToken, now());
    const change = { identity: who, askedAt: now(), ...shown(next) };
    const written = await write(records, token, stored, ({ tokens: latest }) => ({
      ...change,
      // After a lost lease another process may have stored a later refresh token.
      ...(isNewIdToken && latest?.refreshToken === next.refreshToken && { tokens: kept(next) }),
    }));
    return written === undefined
      ? tooLate(parts, party, next)
      : { kind: "renewed", stored: written };
  } catch (error) {
    // A concurrent sign-out may have revoked only the previous refresh token.
    if (isRefresh && (isGrantEnded(error) || (await records.read(token)) === undefined))
      revoke(parts, party, answer.tokens);
    throw error;
  }
}

function unchanged(tokens: Tokens): RefreshAnswer {
  return { tokens, idToken: undefined, failure: undefined };
}

/** The issuer's response. A refusal counts only if no other process has used this single-use refresh token meanwhile. */
async function refreshed(
  { records, now }: RenewalParts,
  { party, token, before: { record } }: RenewalRequest,
): Promise<RefreshAnswer | Outcome> {
  const { tokens = noTokens } = record;
  try {
    return await refreshTokens(party, tokens, now());
  } catch (error) {
    if (!isGrantEnded(error)) throw error;
    const stored = await records.read(token);
    if (stored === undefined) return { kind: "missing" };
    if (stored.record.tokens?.refreshToken === tokens.refreshToken) throw error;
    return { kind: "renewed", stored };
  }
}

/** This process holds the only copy of the new refresh token, so a failed write is retried in the background. */
async function keep(
  parts: RenewalParts,
  { party, token, before, kept, background }: RenewalRequest,
  next: Tokens,
): Promise<Stored | undefined> {
  const attempt = () => write(parts.records, token, before, () => ({ tokens: kept(next) }));
  try {
    return await attempt();
  } catch (error) {
    const later = async () => {
      if ((await attempt()) === undefined) revoke(parts, party, next);
    };
    background(
      retry(later).catch((cause: unknown) =>
        parts.log.error({ reason: reasonsOf(cause) }, "could not store a new refresh token"),
      ),
    );
    throw error;
  }
}

/** The session ended during the renewal: the tokens issued since then must not stay valid. */
function tooLate(parts: RenewalParts, party: RelyingParty, tokens: Tokens): Outcome {
  revoke(parts, party, tokens);
  return { kind: "missing" };
}

function revoke({ log }: RenewalParts, party: RelyingParty, tokens: Tokens): void {
  revokeTokens(party, tokens).catch((error: unknown) =>
    log.warn({ reason: reasonsOf(error) }, "could not revoke a refresh token"),
  );
}

/** Applies `change` to the latest version, keeping concurrent changes; undefined = the session has ended. */
async function write(
  records: SealedRecords,
  token: string,
  { record, version }: Stored,
  change: (latest: SessionRecord) => Partial<SessionRecord>,
): Promise<Stored | undefined> {
  let [current, expected] = [record, version];
  for (;;) {
    const next = { ...current, ...change(current) };
    if (await records.replace(token, next, expected))
      return { record: next, version: expected + 1 };
    const stored = await records.read(token);
    if (stored === undefined) return undefined;
    [current, expected] = [stored.record, stored.version];
  }
}

function isGrantEnded(error: unknown): error is AuthError {
  return error instanceof AuthError && error.code === "grant_ended";
}
