import { nothingToDo, reasonTable } from "./reason.ts";

const noWayBack = {
  level: "warn",
  message: "denied: no sign-in can lead back to this URL",
} as const;
const addToList = "If the person should pass, add them to the list that the rule compares.";
const byIssuer = "`noEmail` names the claim. Correct it at the issuer; for an issuer that verifies";

/** Why a request was denied. The first group names the claim that did not count. */
export const deniedReasons = reasonTable({
  email_missing: {
    means: "The rule compares addresses, and the issuer sent none that is an address.",
    fix: "`noEmail` names the claim. Request the scope `email`, or set `emailClaim`.",
  },
  email_not_verified: {
    means: "The rule compares addresses, and the issuer sent one with `email_verified: false`.",
    fix: `${byIssuer} addresses in another way, set \`trustEmail: always\`.`,
  },
  email_verified_missing: {
    means: "The rule compares addresses, and the issuer sent one without `email_verified`.",
    fix: `${byIssuer} every address, set \`trustEmail: true\`.`,
  },
  email_not_counted: {
    means:
      "The rule compares addresses, and the one of the issuer does not count for another cause.",
    fix: "`noEmail` has the cause.",
  },
  email_not_listed: { means: "The address is not in `emails`.", fix: addToList },
  domain_not_listed: { means: "The domain of the address is not in `domains`.", fix: addToList },
  groups_missing: {
    means: "The rule compares groups, and the issuer sent none that count.",
    fix: "`noGroups` names the claim. Make the issuer send it, or set `groupsClaim`.",
  },
  groups_unreadable: {
    means: "The rule compares groups, and the provider's API or directory did not return them.",
    fix: "`noGroups` has the failure.",
  },
  group_not_listed: { means: "None of the groups is in `groups`.", fix: addToList },
  claim_not_listed: {
    means: "A claim is absent, or has none of the values in `claims`.",
    fix: "`noClaims` names the claim.",
  },
  subject_not_listed: { means: "The subject is not in `subjects`.", fix: addToList },
  not_listed: { means: "The identity is in none of several lists.", fix: addToList },
  query_not_listed: {
    means: "The query of the proxy's auth request (`allowed_groups=…`) does not list the identity.",
    fix: "Change the proxy's configuration if the person should pass.",
  },
  rule_denies: { means: "The rule has `deny: true`.", fix: nothingToDo },
  rule_unknown: {
    means: "The rule has a setting that this version does not know.",
    fix: "Run `doorward check`.",
  },
  unknown_host: {
    means: "No site covers the host of the request.",
    fix: "`mend` names the setting.",
    level: "warn",
    message: "denied: no site covers the host",
  },
  no_return_scheme: {
    means: "The proxy reports http, where the browser sends no cookie.",
    fix: "`mend` has the fix.",
    ...noWayBack,
  },
  no_return_host: {
    means: "The cookie of the site does not reach the host.",
    fix: "`mend` names the setting.",
    ...noWayBack,
  },
  no_return_port: {
    means: "No rule names the port of the request.",
    fix: "`mend` names the setting.",
    ...noWayBack,
  },
  no_return_own_endpoint: {
    means: "The proxy sends an auth request about doorward's own address.",
    fix: "`mend` names the requests that the proxy has to pass to doorward.",
    ...noWayBack,
  },
});

/** Why a question of the proxy got no decision. */
export const refusedReasons = reasonTable({
  malformed: {
    means: "The proxy's headers do not describe a request.",
    fix: "`fault` and `sent` show the cause, and `mend` has the fix.",
    message: "refused: malformed",
  },
  header_conflict: {
    means: "Two header families describe different requests, so one may be the visitor's.",
    fix: "Remove the other family in the proxy, or pin `dialect`.",
    message: "refused: proxy header conflict",
  },
  untrusted_peer: {
    means: "The peer is not in `trustedProxies`.",
    fix: "If `peer` is your proxy, add it to `trustedProxies`.",
    message: "refused: not a trusted proxy",
  },
  no_endpoint: {
    means: "A visitor or a proxy requested a path that only resembles an endpoint's.",
    fix: "`nearest` is the endpoint, and `mend` has the fix. Each endpoint is logged once.",
    message: "refused: no endpoint at this path",
  },
  identity_header: {
    means: "The visitor sent an identity header, and nginx could pass it to the app.",
    fix: "If another gateway in front sends `header`, remove it in the proxy.",
    message: "refused: identity header of the visitor",
  },
});

/** Why a token or a password was refused. */
export const credentialReasons = reasonTable({
  invalid_token: {
    means: "The token is not valid here.",
    fix: "`detail` has the check that failed.",
  },
  insufficient_scope: {
    means: "The token lacks a scope that the rule requires.",
    fix: "Give the client the scope in `detail`, or remove it from the rule.",
  },
  invalid_password: {
    means: "Name or password is wrong.",
    fix: "Many from one address: block it.",
  },
  too_many_tries: { means: "Too many wrong passwords.", fix: "Many from one address: block it." },
});

/** Why a request passed, or why it has to sign in. */
export const decisionReasons = reasonTable({
  permitted: { means: "The identity may pass.", fix: nothingToDo },
  public: { means: "The rule needs no session.", fix: nothingToDo },
  no_session: { means: "The request has no session.", fix: nothingToDo },
  step_up: { means: "The rule requires a fresher or stronger sign-in.", fix: nothingToDo },
  conflict: {
    means: "The browser sends two live sessions, or one among more than four session cookies.",
    fix: "Find the host that sets the other cookie; without `cookie.domain`, no other host can.",
  },
});
