import type { Config } from "../config/schema.ts";
import { createLog } from "../observe/log.ts";
import { createRelyingParties } from "../app/relying-parties.ts";
import { Revocations, type Revoked } from "../session/revocations.ts";
import { driverFacts } from "../config/storage-drivers.ts";
import { openStore } from "../store/open-store.ts";
import { noAuthentication } from "../sign-in/client-authentication.ts";
import { createIssuerFetch } from "../sign-in/issuer-fetch.ts";

/** Whose sessions an operator ends, as on the command line. */
export interface Whose {
  readonly all: boolean;
  readonly subject: string | undefined;
  /** The name of a provider; left out: the subject at each of them. */
  readonly provider: string | undefined;
}

/**
 * Ends sessions without looking for them, and says whose. Throws when it is not clear whose, or the store is not
 * to be had from this process.
 */
export async function revoke(config: Config, whose: Whose): Promise<string[]> {
  const revoked = revokedBy(config, whose);
  const { driver } = config.storage;
  if (driverFacts[driver]?.reach === "process") {
    const reason = `storage.driver "${driver}" keeps sessions where no other process can end them`;
    throw new Error(`${reason}: restart doorward, and all of them have ended`);
  }
  const store = await openStore(config.storage);
  try {
    const { lifetime: lifetimeMs } = config.session;
    const revocations = new Revocations({ store, lifetimeMs, onFlood: () => undefined });
    for (const one of revoked) await revocations.revoke(one);
  } finally {
    await store.close();
  }
  return revoked.map(describe);
}

function revokedBy(config: Config, { all, subject, provider }: Whose): Revoked[] {
  if (all === (subject !== undefined)) {
    throw new Error("write --subject SUBJECT for one person, or --all for everybody");
  }
  if (subject === undefined) return [{ kind: "all" }];
  const parties = createRelyingParties(config, {
    fetch: createIssuerFetch(fetch),
    now: Date.now,
    log: createLog(process.stderr),
    openAuthentication: () => noAuthentication, // no issuer is asked, and a lost key must not stand in the way
  });
  const named = [...parties.values()].filter(
    ({ name }) => provider === undefined || name === provider,
  );
  if (named.length === 0) {
    throw new Error(
      `"${provider}" is no provider here: there is ${[...parties.keys()].join(", ")}`,
    );
  }
  // Of many tenants each is an issuer of its own; two providers may share one.
  const issuers = new Set(named.flatMap((party) => party.issuers));
  return [...issuers].map((issuer) => ({ kind: "subject", issuer, subject }));
}

function describe(revoked: Revoked): string {
  if (revoked.kind !== "subject") return "every session has ended";
  return `every session of ${revoked.subject} at ${revoked.issuer} has ended`;
}
