import { authErrorCodes } from "../errors.ts";
import { Counter } from "./counter.ts";
import { Histogram } from "./histogram.ts";
import { labelOf } from "./series.ts";

/** The answers of `/verify`. `refused` = before any decision; `unavailable` = the store or the issuer does not answer. */
const outcomes = ["allow", "challenge", "deny", "refused", "unavailable"] as const;
export type DecisionOutcome = (typeof outcomes)[number];

/** Why a request was answered by no rule and no list of the policy. */
const refusalReasons = [
  "untrusted_peer",
  "malformed",
  "header_conflict",
  "identity_header",
  "unknown_host",
  "no_return",
  "invalid_token",
  "insufficient_scope",
  "invalid_password",
  "too_many_tries",
  "too_many_requests",
  "store_unreachable",
  "issuer_unreachable",
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

/** `two_sessions` is counted in addition to the challenge that follows. */
const challengeKinds = ["redirect", "unauthorized", "step_up", "two_sessions"] as const;
export type ChallengeKind = (typeof challengeKinds)[number];

const startResults = ["started", "unexpected", ...authErrorCodes] as const;
const signInResults = [
  "signed_in",
  "denied",
  "step_up_again",
  "unexpected",
  ...authErrorCodes,
] as const;
const loopCauses = [
  "target",
  "two_sessions",
  "not_permitted",
  "session_not_seen",
  "unknown_session",
  "no_cookie",
] as const;

/** From a hot session's few microseconds to the store's time limit. */
const verifySeconds = [
  0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025,
  0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
];

/** What happens to the requests of visitors. */
export function visitorCounts() {
  return {
    decisions: new Counter({
      name: "doorward_decisions_total",
      labels: [labelOf("outcome", outcomes), labelOf("site"), labelOf("rule"), labelOf("dialect")],
      help: "Answers of /verify, by the site and the rule that decided",
      use: "Shows which rule lets requests pass or refuses them. A rule that stays at 0 is never reached.",
    }),
    refusals: new Counter({
      name: "doorward_refusals_total",
      labels: [labelOf("reason", refusalReasons)],
      help: "Requests that were refused for a reason outside of the policy",
      use: "`untrusted_peer`, `malformed`, `header_conflict` and `unknown_host` point to the proxy's configuration; the log line of the same time has the value and the fix.",
    }),
    challenges: new Counter({
      name: "doorward_challenges_total",
      labels: [labelOf("kind", challengeKinds)],
      help: "Requests to sign in: a redirect of a browser, a 401 for a program, or a stronger sign-in",
      use: "A rise of `two_sessions` means that another host sets cookies with the name of doorward's.",
    }),
    verifySeconds: new Histogram<[]>(
      {
        name: "doorward_verify_duration_seconds",
        labels: [],
        help: "Time from an auth request at /verify to its response, without the network",
        use: "The proxy waits this long before every request. Above a millisecond, the store is slow or the session cache is not used. Of the answers without a look-up in the store, each eighth is measured, and counts as eight.",
      },
      verifySeconds,
    ),
    starts: new Counter({
      name: "doorward_sign_in_starts_total",
      labels: [labelOf("provider"), labelOf("result", startResults)],
      help: "Browsers sent to an issuer to sign in, or why that failed",
      use: "Compare `started` with doorward_sign_ins_total: the difference is visitors who did not come back.",
    }),
    signIns: new Counter({
      name: "doorward_sign_ins_total",
      labels: [labelOf("provider"), labelOf("result", signInResults)],
      help: "Sign-ins that came back to /callback, by their result",
      use: "`denied` are people who signed in and may pass nowhere; the other results are the error codes of the log and the page.",
    }),
    loops: new Counter({
      name: "doorward_sign_in_loops_total",
      labels: [labelOf("cause", loopCauses)],
      help: "Browsers stopped on the page about a sign-in loop, by the cause",
      use: "Should stay at 0. The log line `sign-in loop stopped` names the setting that fixes it.",
    }),
    signOuts: new Counter({
      name: "doorward_sign_outs_total",
      labels: [labelOf("by", ["visitor", "back_channel", "front_channel"])],
      help: "Sign-outs by a visitor, by a logout token of the issuer, or by the issuer's page",
      use: "Without any `back_channel`, check the back-channel logout address at the issuer.",
    }),
  };
}
