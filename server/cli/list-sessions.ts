import { once } from "node:events";
import type { Writable } from "node:stream";
import type { Config } from "../config/schema.ts";
import { createLog } from "../observe/log.ts";
import type { ListedSession } from "../session/listed-sessions.ts";
import { openListedSessions } from "./listed-sessions.ts";
import { withStore } from "./operator-store.ts";
import { peopleOf } from "./people.ts";
import { printable } from "./printable.ts";

/** The options of `sessions list`. */
interface Which {
  /** undefined = everyone. */
  readonly subject: string | undefined;
  readonly provider: string | undefined;
  /** One JSON object per line, in no order; otherwise a table, the session used last first. */
  readonly json: boolean;
}

/** Writes the sessions that count. Throws if this process cannot reach the store. */
export async function listSessions(
  config: Config,
  { subject, provider, json }: Which,
  output: Writable,
): Promise<void> {
  if (subject === undefined && provider !== undefined)
    throw new Error("--provider needs --subject SUBJECT: it names the provider of that subject");
  const people = subject === undefined ? undefined : peopleOf(config, subject, provider);
  const log = createLog(process.stderr);
  const otherwise = "no command can list them";
  await withStore(config, { log, otherwise }, async (store) => {
    const sessions = openListedSessions(config, store);
    const listed: ListedSession[] = [];
    for await (const session of sessions.list(people))
      if (json) await writeLine(output, printable(JSON.stringify(toJson(session))));
      else listed.push(session);
    if (!json) output.write(tableOf(listed));
    if (sessions.unreadable > 0) log.warn({ sessions: sessions.unreadable }, unreadable);
  });
}

const unreadable =
  "some sessions are not listed: an earlier version of doorward or another secret wrote them, and they were not used since; `sessions revoke` ends them too";

/** Waits for a slow reader, so that no lines collect in memory. */
async function writeLine(output: Writable, line: string): Promise<void> {
  if (!output.write(`${line}\n`)) await once(output, "drain");
}

function toJson({ id, identity, site, createdAt, usedAt, expiresAt, signIn }: ListedSession) {
  const { provider, issuer, subject } = identity;
  const [since, lastUse, until] = [createdAt, usedAt, expiresAt].map((time) =>
    new Date(time).toISOString(),
  );
  return { id, provider, issuer, subject, site, since, lastUse, until, ...signIn };
}

function tableOf(sessions: readonly ListedSession[]): string {
  if (sessions.length === 0) return "no sessions\n";
  const head = ["id", "provider", "subject", "site", "since", "last use", "address", "browser"];
  const rows = sessions.toSorted((one, other) => other.usedAt - one.usedAt).map(rowOf);
  const cells = [head, ...rows].map((row) => row.map(printable));
  const widths = head.map((_, column) =>
    cells.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0),
  );
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
  return cells.map((row) => `${line(row).trimEnd()}\n`).join("");
}

function rowOf(session: ListedSession): string[] {
  const { id, identity, site, createdAt, usedAt, signIn } = session;
  const { address = "", browser = "" } = signIn ?? {};
  const times = [createdAt, usedAt].map(localTime);
  return [id, identity.provider, identity.subject, site, ...times, address, browser];
}

/** ISO 8601, in the time zone of this machine. */
function localTime(time: number): string {
  const minutes = -new Date(time).getTimezoneOffset();
  const local = new Date(time + minutes * 60_000).toISOString().slice(0, 19);
  const [hours, rest] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${local}${minutes < 0 ? "-" : "+"}${digits(hours)}:${digits(rest)}`;
}

function digits(value: number): string {
  return String(value).padStart(2, "0");
}
