import { nothingToDo, reasonTable } from "./reason.ts";

const again = "Many of one person: run `doorward check`, and look at the issuer's log.";
const client = "Run `doorward check`: it tests the client at the issuer.";
const issuer = { level: "error", fix: "`detail` has the failure. Run `doorward check`." } as const;

/** Why a sign-in or a refresh failed: the codes of `AuthError`. */
export const failureReasons = reasonTable({
  callback_malformed: { means: "A parameter of the callback is missing or repeated.", fix: again },
  transaction_missing: {
    means:
      "The browser has no sign-in, or no hand-over to this host, with this state or code: another browser began it, or it was dropped.",
    fix: again,
  },
  transaction_expired: {
    means:
      "The sign-in took longer than ten minutes, or a hand-over to a host longer than 30 seconds.",
    fix: nothingToDo,
  },
  transaction_used: {
    means: "The issuer's response, or the code of a hand-over, arrived twice.",
    fix: nothingToDo,
  },
  provider_unknown: { means: "The provider is no longer configured.", fix: nothingToDo },
  provider_refused: {
    means: "The issuer returned an error, or the visitor cancelled.",
    fix: "`detail` has the issuer's words.",
  },
  response_rejected: {
    means: "The issuer's response fails a check.",
    fix: "`detail` names the check and the values.",
  },
  step_up_failed: {
    means: "The issuer did not sign in as strongly as the rule requires.",
    fix: "Compare `acr` and `maxAge` of the rule with what the issuer offers.",
  },
  grant_ended: {
    means: "The issuer no longer confirms the session, or returned another subject.",
    fix: nothingToDo,
  },
  client_rejected: {
    means: "The issuer rejects the client: its id, secret, key, scope or redirect URI.",
    fix: client,
    level: "error",
  },
  issuer_broken: { means: "The issuer's response does not follow the protocol.", ...issuer },
  issuer_unavailable: { means: "The issuer cannot sign anyone in at the moment.", ...issuer },
  issuer_unreachable: { means: "The issuer does not answer.", ...issuer },
  store_unreachable: {
    means: "The session store does not answer.",
    fix: "`detail` has the failure. Run `doorward check`.",
    level: "error",
  },
  unexpected: {
    means: "A fault in doorward.",
    fix: "Please report it with the line `unexpected failure`.",
    level: "error",
  },
});

/** How a session begins, goes on and ends. */
export const sessionReasons = reasonTable({
  new_session: { means: "The browser had no session.", fix: nothingToDo },
  replaced_session: { means: "The earlier session of the browser has ended.", fix: nothingToDo },
  app_host: {
    means: "The browser was signed in, and had no session at this host.",
    fix: nothingToDo,
  },
  refreshed: { means: "The issuer confirmed the identity.", fix: nothingToDo },
  visitor: { means: "The person signed out here.", fix: nothingToDo },
  lifetime: { means: "The session reached `session.lifetime`.", fix: nothingToDo },
  idle: { means: "The session was not used for `session.idle`.", fix: nothingToDo },
  revoked: { means: "It was revoked: see the event `sessions_revoked`.", fix: nothingToDo },
  refused_by_issuer: {
    means: "At a refresh, the issuer no longer confirmed the session or the account.",
    fix: "`detail` has the issuer's words.",
    message: "session ended by the issuer",
  },
  back_channel: {
    means: "The issuer sent a logout token.",
    fix: nothingToDo,
    message: "signed out by the issuer",
  },
  front_channel: {
    means: "The issuer's sign-out page loaded doorward's.",
    fix: nothingToDo,
    message: "signed out by the issuer's page",
  },
  everywhere: {
    means: "The person signed out everywhere, by the link of their own page or a form of the site.",
    fix: nothingToDo,
    message: "signed out everywhere",
  },
  operator: { means: "`doorward sessions revoke` was run.", fix: nothingToDo },
});

/** Why a browser was sent to sign in three times within a minute, as far as doorward can tell. */
export const loopReasons = reasonTable({
  target: { means: "The return target is not allowed.", fix: "`mend` names the setting." },
  two_sessions: {
    means: "The browser sends two live sessions, or one among more than four session cookies.",
    fix: "`mend` describes where the other cookie comes from.",
  },
  not_permitted: {
    means: "The rule of the target requires more than the sign-in gives.",
    fix: "`mend` names the settings.",
  },
  session_not_seen: {
    means: "The session is live, and `/verify` of the target does not accept it.",
    fix: "`mend` has the causes.",
  },
  unknown_session: {
    means: "The store does not have the session of the cookie.",
    fix: "`mend` has the causes: replicas need one store and one secret.",
  },
  no_cookie: { means: "The browser does not return the cookie.", fix: "`mend` has the causes." },
});

export const reloadReasons = reasonTable({
  applied: {
    means: "The new configuration is in use.",
    fix: nothingToDo,
    message: "new configuration applied",
  },
  rejected: {
    means: "The new configuration has faults; the previous one is in use.",
    fix: "`detail` has every fault.",
    level: "error",
    message: "new configuration rejected; still using the previous one",
  },
});
