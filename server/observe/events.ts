import type { Reason } from "./reason.ts";
import {
  credentialReasons,
  decisionReasons,
  deniedReasons,
  refusedReasons,
} from "./request-reasons.ts";
import { failureReasons, loopReasons, reloadReasons, sessionReasons } from "./session-reasons.ts";
import type { LineLevel } from "./line-level.ts";

interface EventKind<Code extends string, Detail extends string> {
  readonly level: LineLevel;
  readonly message: string;
  /** When it is written, for docs/events.md. */
  readonly when: string;
  readonly reasons: Readonly<Record<Code, Reason>>;
  /** The fields beside those that every event can have. */
  readonly details: Readonly<Record<Detail, string>>;
}

function kind<Code extends string, Detail extends string>(
  entry: EventKind<Code, Detail>,
): EventKind<Code, Detail> {
  return entry;
}

const detail = "the cause in words";
const mend = "what to change";

function only<Code extends string, Chosen extends Code>(
  table: Readonly<Record<Code, Reason>>,
  ...codes: readonly Chosen[]
): Readonly<Record<Chosen, Reason>> {
  return Object.fromEntries(codes.map((code) => [code, table[code]])) as Record<Chosen, Reason>;
}

/**
 * Every audit event: level, message and reasons. The type of the calls that write them, docs/events.md and the tests
 * derive from this table.
 */
export const events = {
  signed_in: kind({
    level: "info",
    message: "signed in",
    when: "A person signed in and got a session.",
    reasons: only(sessionReasons, "new_session", "replaced_session"),
    details: {},
  }),
  handed_over: kind({
    level: "info",
    message: "session handed over",
    when: "The host of an app got a session of its own, from the session at the sign-in (`session.perHost`).",
    reasons: only(sessionReasons, "app_host"),
    details: {},
  }),
  sign_in_failed: kind({
    level: "warn",
    message: "refused",
    when: "`/start` or `/callback` ended on an error page.",
    reasons: failureReasons,
    details: { detail },
  }),
  denied: kind({
    level: "info",
    message: "denied",
    when: "A person who signed in, or a request that no sign-in can help, may not pass.",
    reasons: deniedReasons,
    details: {
      preferredUsername: "the name that the issuer sent",
      unverifiedEmail: "the address that did not count",
      domain: "the domain of the address, whether it counts or not",
      groups: "the first 20 groups that count",
      noEmail: "why no address counts",
      noGroups: "which groups do not count, and why",
      noClaims: "which claims do not match",
      scheme: "the scheme that the proxy reports",
      mend,
    },
  }),
  refused: kind({
    level: "warn",
    message: "refused",
    when: "doorward refused an auth request before it applied any rule.",
    reasons: refusedReasons,
    details: {
      peer: "the address of the connection",
      fault: "what is wrong with the headers",
      sent: "the headers that should describe the request, without queries",
      header: "the header's name",
      nearest: "the path of the endpoint",
      mend,
    },
  }),
  credentials_refused: kind({
    level: "info",
    message: "refused",
    when: "A token or a password was refused.",
    reasons: credentialReasons,
    details: { detail },
  }),
  signed_out: kind({
    level: "info",
    message: "signed out",
    when: "A person signed out here.",
    reasons: only(sessionReasons, "visitor"),
    details: {},
  }),
  session_refreshed: kind({
    level: "debug",
    message: "session refreshed",
    when: "The issuer confirmed a session.",
    reasons: only(sessionReasons, "refreshed"),
    details: {},
  }),
  refresh_failed: kind({
    level: "warn",
    message: "session renewal failed; the session is kept within its grace time",
    when: "The issuer could not be asked, or its response cannot be used. The session is kept.",
    reasons: failureReasons,
    details: { detail },
  }),
  session_ended: kind({
    level: "info",
    message: "session ended",
    when: "A session ended without a sign-out. doorward logs the end at the next request of the session.",
    reasons: only(sessionReasons, "lifetime", "idle", "revoked", "refused_by_issuer"),
    details: { detail },
  }),
  sessions_revoked: kind({
    level: "info",
    message: "sessions revoked",
    when: "The issuer, an operator or the person ended sessions.",
    reasons: only(sessionReasons, "back_channel", "front_channel", "operator", "everywhere"),
    details: {},
  }),
  loop_broken: kind({
    level: "warn",
    message: "sign-in loop stopped",
    when: "A browser came back to sign in three times within a minute, and got a page.",
    reasons: loopReasons,
    details: { mend },
  }),
  config_reloaded: kind({
    level: "info",
    message: "new configuration applied",
    when: "The configuration changed.",
    reasons: reloadReasons,
    details: { detail, since: "since when the configuration in use is loaded" },
  }),
  challenged: kind({
    level: "info",
    message: "challenged",
    when: "A request has to sign in. Only with `log.decisions: all`.",
    reasons: only(decisionReasons, "no_session", "step_up", "conflict"),
    details: {},
  }),
  allowed: kind({
    level: "info",
    message: "allowed",
    when: "A request passed. Only with `log.decisions: all`.",
    reasons: only(decisionReasons, "permitted", "public"),
    details: {},
  }),
} as const;

export type EventName = keyof typeof events;
export type ReasonOf<Name extends EventName> = keyof (typeof events)[Name]["reasons"];
export type DetailsOf<Name extends EventName> = Readonly<
  Partial<Record<keyof (typeof events)[Name]["details"], unknown>>
>;

/** The fields that every event can have. One that does not apply is left out. */
export const commonFields = {
  event: "the event",
  reason: "a code: see the event",
  requestId:
    "the id of the request, as on the page, in the response's `X-Request-Id` and in the proxy's access log",
  subject: "the person's id at the issuer",
  issuer: "the issuer of the subject",
  email: "the verified address",
  provider: "the provider's name in the configuration",
  site: "the site's URL",
  host: "the host of the visitor's request",
  path: "its path, without the query, at most 500 characters",
  rule: "the rule that decided (`rules.3`), or `access`",
  address: "the visitor's address, as the trusted proxies report it",
  session:
    "the id of the session: the same in all its lines, and in `sessions list`. It opens nothing",
} as const;

export type CommonFields = Readonly<
  Partial<Record<Exclude<keyof typeof commonFields, "event" | "reason">, string | undefined>>
>;

/** The fields of a line that names no identity. */
export type AnonymousFields = Omit<CommonFields, "subject"> & { readonly subject?: never };
