import { AuthError } from "../errors.ts";
import { reasonsOf, type Log } from "../observe/log.ts";
import { revokeTokens } from "../sign-in/end-session.ts";
import type { RelyingParty } from "../sign-in/relying-party.ts";
import { askAgain, refreshTokens, type RenewalWay } from "../sign-in/renewal.ts";
import { noTokens, type Tokens } from "../sign-in/token-endpoint.ts";
import { retry } from "./retry.ts";
import type { SessionRecord } from "./record.ts";
import type { SealedRecords, Stored } from "./sealed-records.ts";

/** What came of asking the issuer again. */
export type Outcome =
  | { readonly kind: "renewed"; readonly stored: Stored }
  /** The issuer says no. */
  | { readonly kind: "ended" }
  /** No record is there any more that could be opened here: it has ended, or another secret has sealed it. */
  | { readonly kind: "gone" }
  /** Trouble that passes: nobody is put out for it. */
  | { readonly kind: "kept" }
  /** Nothing is left to ask with: the session lives its lifetime. */
  | { readonly kind: "unable" };

export interface RenewalParts {
  readonly records: SealedRecords;
  /** Which of its tokens a record holds for identity headers. */
  readonly shown: (tokens: Tokens) => Pick<SessionRecord, "accessToken" | "idToken">;
  readonly log: Log;
  readonly now: () => number;
}

/** One session's question to its issuer. */
export interface RenewalRequest {
  readonly party: RelyingParty;
  readonly way: Exclude<RenewalWay, undefined>;
  readonly token: string;
  readonly before: Stored;
  /** What a session keeps of tokens. */
  readonly kept: (tokens: Tokens) => Tokens | undefined;
  /** Takes work that goes on behind the answer, and ends before anybody else may ask. */
  readonly background: (work: Promise<unknown>) => void;
}

/**
 * Asks the issuer who somebody is, and writes down what it says. Throws "grant_ended", whatever passes
 * ("issuer_unreachable", "issuer_broken", "client_rejected") and "store_unreachable".
 */
export async function renewFromIssuer(
  parts: RenewalParts,
  request: RenewalRequest,
): Promise<Outcome> {
  const { records, shown, now } = parts;
  const { party, way, token, before } = request;
  const { identity, tokens = noTokens } = before.record;
  const isRefresh = way === "refresh token";
  const next = isRefresh ? await refreshed(parts, request) : tokens;
  if ("kind" in next) return next;
  // The old refresh token may be spent already: the next one is kept before it is used for anything.
  const stored = isRefresh ? await keep(parts, request, next) : before;
  if (stored === undefined) return tooLate(parts, party, next);
  const isNewIdToken = next.idToken !== tokens.idToken;
  try {
    const who = await askAgain(party, identity, next, isNewIdToken, now());
    const change = { identity: who, askedAt: now(), ...shown(next) };
    const written = await write(records, token, stored, change);
    return written === undefined
      ? tooLate(parts, party, next)
      : { kind: "renewed", stored: written };
  } catch (error) {
    // Whoever signed out meanwhile may have known only the token before this one.
    if (isRefresh && (isGrantEnded(error) || (await records.read(token)) === undefined))
      revoke(parts, party, next);
    throw error;
  }
}

/** The next tokens. The issuer's no is believed only if nobody else used the token meanwhile, which works once. */
async function refreshed(
  { records, now }: RenewalParts,
  { party, token, before: { record } }: RenewalRequest,
): Promise<Tokens | Outcome> {
  const { identity, tokens = noTokens } = record;
  try {
    return await refreshTokens(party, identity, tokens, now());
  } catch (error) {
    if (!isGrantEnded(error)) throw error;
    const stored = await records.read(token);
    if (stored === undefined) return { kind: "gone" };
    if (stored.record.tokens?.refreshToken === tokens.refreshToken) throw error;
    return { kind: "renewed", stored };
  }
}

/** A token that works once has this one copy: a store that is away for a moment gets it when it is back. */
async function keep(
  parts: RenewalParts,
  { party, token, before, kept, background }: RenewalRequest,
  next: Tokens,
): Promise<Stored | undefined> {
  const attempt = () => write(parts.records, token, before, { tokens: kept(next) });
  try {
    return await attempt();
  } catch (error) {
    const later = async () => {
      if ((await attempt()) === undefined) revoke(parts, party, next);
    };
    background(
      retry(later).catch((cause: unknown) =>
        parts.log.error({ reason: reasonsOf(cause) }, "a refresh token could not be stored"),
      ),
    );
    throw error;
  }
}

/** Signed out meanwhile: what the issuer gave after that must not stay good for anybody. */
function tooLate(parts: RenewalParts, party: RelyingParty, tokens: Tokens): Outcome {
  revoke(parts, party, tokens);
  return { kind: "gone" };
}

function revoke({ log }: RenewalParts, party: RelyingParty, tokens: Tokens): void {
  revokeTokens(party, tokens).catch((error: unknown) =>
    log.warn({ reason: reasonsOf(error) }, "a refresh token could not be revoked"),
  );
}

/** Over the last version, whatever else changed in it meanwhile; undefined = the session is gone. */
async function write(
  records: SealedRecords,
  token: string,
  { record, version }: Stored,
  change: Partial<SessionRecord>,
): Promise<Stored | undefined> {
  let [current, expected] = [record, version];
  for (;;) {
    const next = { ...current, ...change };
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
