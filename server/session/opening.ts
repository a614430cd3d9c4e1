import { AuthError } from "../errors.ts";
import type { SessionRecord } from "./record.ts";
import { markersOf, sidRevocationKey, tombstonesIn, type Revocations } from "./revocations.ts";
import type { SealedRecords } from "./sealed-records.ts";

type Unmarked = Omit<SessionRecord, "tombstones">;

interface Parts {
  readonly records: SealedRecords;
  readonly revocations: Revocations;
  /** Removes a record that no browser has the token of. */
  readonly discard: (token: string) => void;
}

/**
 * Writes a new session, with the revocation markers that exist before it, and returns its record. Throws "grant_ended" if
 * the issuer's session has ended.
 */
export async function openRecord(
  parts: Parts,
  token: string,
  record: Unmarked,
): Promise<SessionRecord> {
  const sidKey = sidRevocationKey(record);
  // Also if a failover of the store has lost the marker of that end.
  if (sidKey !== undefined && parts.revocations.isAnnounced(sidKey)) throw hasEnded();
  return parts.records.createsInOneRound
    ? openInOneRound(parts, token, record)
    : openInSteps(parts, token, record);
}

async function openInSteps(
  { records, revocations, discard }: Parts,
  token: string,
  unmarked: Unmarked,
): Promise<SessionRecord> {
  const { all, subject, sid } = await revocations.tombstonesOfNew(unmarked);
  if (sid !== undefined) throw hasEnded();
  const record: SessionRecord = { ...unmarked, tombstones: { all, subject } };
  await revocations.know(record);
  // If the write times out, no browser has the token: `discard` removes the record.
  await records.create(token, record, () => discard(token));
  return record;
}

/**
 * Most people have no marker, so the record is written as if there were none, together with the reads. If there is one,
 * the record is written again before any browser has the token: until then nothing can read it.
 */
async function openInOneRound(
  { records, revocations, discard }: Parts,
  token: string,
  unmarked: Unmarked,
): Promise<SessionRecord> {
  const assumed: SessionRecord = { ...unmarked, tombstones: {} };
  const markers = markersOf(unmarked);
  const reads = markers.map(({ key }) => key);
  const others = revocations.knownRecords(assumed);
  const left = () => discard(token);
  const stored = await records.createInOneRound(token, assumed, { others, reads }, left);
  const { all, subject, sid } = tombstonesIn(markers, stored);
  if (all === undefined && subject === undefined && sid === undefined) return assumed;
  try {
    if (sid !== undefined) throw hasEnded();
    const record: SessionRecord = { ...unmarked, tombstones: { all, subject } };
    if (await records.replace(token, record, 1)) return record;
    throw new AuthError("store_unreachable", "the record of a new session is gone");
  } catch (error) {
    left();
    throw error;
  }
}

function hasEnded(): AuthError {
  return new AuthError("grant_ended", "the issuer has already ended this session");
}
