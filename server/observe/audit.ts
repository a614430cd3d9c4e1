import {
  commonFields,
  events,
  type AnonymousFields,
  type CommonFields,
  type DetailsOf,
  type EventName,
  type ReasonOf,
} from "./events.ts";
import { logOfVisitors, type Log } from "./log.ts";
import type { Reason } from "./reason.ts";
import type { VisitorLog } from "./visitor-log.ts";

/** The line of a request that names no identity. It is collected only if it is written: floods consist of them. */
interface AnonymousLine<Name extends EventName> {
  readonly fields: AnonymousFields;
  readonly details?: DetailsOf<Name>;
}

/** Writes the line of an audit event. */
export type Audit = <Name extends EventName>(
  event: Name,
  reason: ReasonOf<Name>,
  fields: CommonFields | (() => AnonymousLine<Name>),
  details?: DetailsOf<Name>,
) => void;

const names = Object.keys(commonFields) as (keyof typeof commonFields)[];

const ofDecisions: ReadonlySet<EventName> = new Set([
  "denied",
  "refused",
  "credentials_refused",
  "challenged",
  "allowed",
]);

/**
 * Only an issuer or an operator can cause them, so they are written even if they name no identity. A front-channel
 * logout is a URL that a visitor who knows it can open again and again.
 */
const notOfVisitors: ReadonlySet<EventName> = new Set(["config_reloaded", "sessions_revoked"]);
const ofVisitors = "front_channel";

/**
 * The writer of audit events. An event of an identity is always written; one that any visitor can cause counts
 * towards the limits of `visitorLog`, unless the operator wants every decision.
 */
export function createAudit(
  log: Log,
  visitorLog: VisitorLog,
  decisions: "none" | "denied" | "all" = "none",
): Audit {
  const lines = logOfVisitors(log);
  return (event, reason, given, more) => {
    const kind = events[event];
    const reasons: Readonly<Partial<Record<PropertyKey, Reason>>> = kind.reasons;
    const { level = kind.level, message = kind.message } = reasons[reason] ?? {};
    const isWanted = decisions !== "none" && ofDecisions.has(event);
    const isAnonymous = typeof given === "function" || given.subject === undefined;
    const isOfVisitors = isAnonymous && (!notOfVisitors.has(event) || reason === ofVisitors);
    const code = String(reason);
    if (isOfVisitors && !isWanted && !visitorLog.admits(level, message, code)) return;
    const { fields, details } =
      typeof given === "function" ? given() : { fields: given, details: more };
    const known = { ...fields, event, reason: code };
    const written: Record<string, unknown> = {
      ...Object.fromEntries(names.map((name) => [name, known[name]])),
      ...details,
    };
    (isOfVisitors ? lines : log)[level](written, message);
  };
}
