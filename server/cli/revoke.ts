import { existsSync } from "node:fs";
import type { Config } from "../config/schema.ts";
import { createCounts } from "../observe/counts.ts";
import { createLog } from "../observe/log.ts";
import { createAudit } from "../observe/audit.ts";
import { limitLog } from "../observe/visitor-log.ts";
import { createRelyingParties } from "../app/relying-parties.ts";
import { Revocations, type Revoked } from "../session/revocations.ts";
import { fingerprintsOf, isUsedWith } from "../session/secret-marks.ts";
import { driverFacts, isFileDriver } from "../config/storage-drivers.ts";
import { openStore } from "../store/open-store.ts";
import { noAuthentication } from "../sign-in/client-authentication.ts";
import { createIssuerFetch } from "../sign-in/issuer-fetch.ts";

/** The options of `sessions revoke`: whose sessions to end. */
interface Whose {
  readonly all: boolean;
  readonly subject: string | undefined;
  /** The name of a provider. Left out: the subject at every provider. */
  readonly provider: string | undefined;
}

/**
 * Ends sessions without searching for them, and returns a line about each subject. Throws if the options are
 * ambiguous, or if this process cannot reach the store.
 */
export async function revoke(config: Config, whose: Whose): Promise<string[]> {
  const revoked = revokedBy(config, whose);
  const { driver, base = "" } = config.storage;
  if (driverFacts[driver]?.reach === "process") {
    const reason = `storage.driver "${driver}" keeps sessions in the memory of the serving process`;
    throw new Error(`${reason}: restart doorward to end all of them`);
  }
  // A folder made now would have none of the sessions to end.
  if (isFileDriver(driver) && !existsSync(base)) {
    const fix = "run this command with the configuration and the environment of the service";
    throw new Error(`storage.base: "${base}" does not exist, so it has no sessions: ${fix}`);
  }
  const log = createLog(process.stderr);
  const audit = createAudit(log, limitLog(log));
  const store = await openStore(config.storage);
  try {
    if (!(await isUsedWith(store, fingerprintsOf(config.secret), Date.now())))
      log.warn({ store: driver, base: config.storage.base }, unusedStore);
    const { lifetime: lifetimeMs } = config.session;
    const revocations = new Revocations({ store, lifetimeMs, onFlood: () => undefined });
    for (const one of revoked) {
      await revocations.revoke(one);
      audit("sessions_revoked", "operator", one.kind === "subject" ? one : {});
    }
  } finally {
    await store.close();
  }
  return revoked.map(describe);
}

/** A store of another folder, prefix or secret has none of the sessions to end. */
const unusedStore =
  "no doorward with this secret has used this store in the last 25 minutes: if one runs, its sessions go on; run this command with its configuration and its environment";

function revokedBy(config: Config, { all, subject, provider }: Whose): Revoked[] {
  if (all === (subject !== undefined)) {
    throw new Error("write either --subject SUBJECT for one person, or --all for all sessions");
  }
  if (subject === undefined) return [{ kind: "all" }];
  const parties = createRelyingParties(config, {
    fetch: createIssuerFetch(fetch),
    counts: createCounts(),
    now: Date.now,
    log: createLog(process.stderr),
    openAuthentication: () => noAuthentication, // no issuer is contacted, so that a lost key cannot prevent this
  });
  const named = [...parties.values()].filter(
    ({ name }) => provider === undefined || name === provider,
  );
  if (named.length === 0) {
    throw new Error(
      `unknown provider "${provider}"; configured: ${[...parties.keys()].join(", ")}`,
    );
  }
  // Every tenant has its own issuer, and two providers may share one.
  const issuers = new Set(named.flatMap((party) => party.issuers));
  return [...issuers].map((issuer) => ({ kind: "subject", issuer, subject }));
}

function describe(revoked: Revoked): string {
  if (revoked.kind !== "subject") return "ended all sessions";
  return `ended all sessions of ${revoked.subject} at ${revoked.issuer}`;
}
