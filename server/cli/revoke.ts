import type { Config } from "../config/schema.ts";
import { auditedIdentity } from "../identity/audited.ts";
import { createAudit, type Audit } from "../observe/audit.ts";
import { createLog } from "../observe/log.ts";
import { limitLog } from "../observe/visitor-log.ts";
import { Revocations, type Revoked } from "../session/revocations.ts";
import { openListedSessions } from "./listed-sessions.ts";
import { withStore } from "./operator-store.ts";
import { peopleOf } from "./people.ts";
import { printable } from "./printable.ts";
import type { Store } from "../store/store.ts";

/** The options of `sessions revoke`: whose sessions to end. */
interface Whose {
  readonly all: boolean;
  readonly subject: string | undefined;
  /** The name of a provider. Omitted: the subject at every provider. */
  readonly provider: string | undefined;
  /** The id of one session, as in the log. */
  readonly id?: string | undefined;
}

/**
 * Ends sessions, and returns a line about each subject or session. Throws if the options are ambiguous, or if this process
 * cannot reach the store.
 */
export async function revoke(config: Config, whose: Whose): Promise<string[]> {
  const revoked = revokedBy(config, whose);
  const log = createLog(process.stderr);
  const audit = createAudit(log, limitLog(log));
  const otherwise = "restart doorward to end all of them";
  return withStore(config, { log, otherwise }, (store) =>
    typeof revoked === "string"
      ? endOne(config, revoked, store, audit)
      : endMany(config, revoked, store, audit),
  );
}

/** Without searching for the sessions. */
async function endMany(
  config: Config,
  revoked: readonly Revoked[],
  store: Store,
  audit: Audit,
): Promise<string[]> {
  const { lifetime: lifetimeMs } = config.session;
  const revocations = new Revocations({ store, lifetimeMs, onFlood: () => undefined });
  for (const one of revoked) {
    await revocations.revoke(one);
    audit("sessions_revoked", "operator", one.kind === "subject" ? one : {});
  }
  return revoked.map(describe);
}

async function endOne(config: Config, id: string, store: Store, audit: Audit): Promise<string[]> {
  const sessions = openListedSessions(config, store);
  const [key, ...others] = await sessions.keysWith(id);
  if (key === undefined)
    throw new Error(`no session has the id ${id}: it has ended, or the store is not the service's`);
  const found = await Promise.all([key, ...others].map((one) => sessions.entryOf(one)));
  if (others.length > 0) {
    const people = found.map((entry) => entry?.identity.subject ?? "an unknown person");
    const reason = `${found.length} sessions have the id ${id}, of ${people.join(" and ")}`;
    throw new Error(`${printable(reason)}: use --subject SUBJECT`);
  }
  await sessions.end(key);
  const [entry] = found;
  const who = { ...auditedIdentity(entry?.identity), site: entry?.site, session: id };
  audit("sessions_revoked", "operator", who);
  const whose = entry && ` of ${entry.identity.subject} at ${entry.identity.issuer}`;
  return [printable(`ended the session ${id}${whose ?? ""}`)];
}

const idGrammar = /^[0-9a-f]{12}$/;

/** The sessions of people, or the id of one session. */
function revokedBy(
  config: Config,
  { all, subject, provider, id }: Whose,
): readonly Revoked[] | string {
  const given = [all, subject !== undefined, id !== undefined].filter(Boolean);
  if (given.length !== 1 || (id !== undefined && provider !== undefined)) {
    throw new Error(
      "write one of --subject SUBJECT for one person, --id ID for one session, or --all for all sessions",
    );
  }
  if (id !== undefined) {
    if (idGrammar.test(id)) return id;
    const fix =
      "copy the field `session` of a line of the log, or `id` of `doorward sessions list`";
    throw new Error(`--id: ${printable(JSON.stringify(id))} is not the id of a session: ${fix}`);
  }
  if (subject === undefined) return [{ kind: "all" }];
  return peopleOf(config, subject, provider).map(({ issuer }) => ({
    kind: "subject",
    issuer,
    subject,
  }));
}

function describe(revoked: Revoked): string {
  if (revoked.kind !== "subject") return "ended all sessions";
  return `ended all sessions of ${revoked.subject} at ${revoked.issuer}`;
}
