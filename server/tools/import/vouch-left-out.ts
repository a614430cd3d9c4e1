import { withValue, type LeftOut } from "./notes.ts";
import type { VouchOptions } from "./vouch-options.ts";

/** Settings that are not imported. */
export const vouchLeftOut: readonly LeftOut[] = [
  {
    names: "vouch.jwt.secret",
    fate: "none",
    kind: "to do",
    message:
      "is not imported: run `doorward secret`, and put the new secret into `secret`, or into the file named by DOORWARD_SECRET_FILE",
  },
  {
    names:
      "vouch.jwt.issuer vouch.jwt.compress vouch.session.name vouch.session.key vouch.session.maxAge",
    fate: "always so",
    message:
      "is not needed: the browser holds only random bits, and each sign-in has its own cookie",
  },
  {
    names: "vouch.headers.jwt vouch.headers.querystring",
    fate: "none",
    kind: "different",
    message:
      "vouch-proxy also accepted its own token in this header or parameter; doorward accepts the session cookie only: for programs see bearer in docs/rules.md",
  },
  {
    names: "vouch.headers.redirect vouch.headers.success vouch.headers.error",
    fate: "none",
    kind: "different",
    message: "this header is not sent: doorward's answer is the status",
  },
  {
    names: "vouch.cookie.name",
    fate: "none",
    kind: "different",
    message:
      "the cookie is __Host-doorward-XXXXXX, or __Secure-doorward-XXXXXX with cookie.domain: change what reads it by name",
  },
  {
    names: "vouch.cookie.secure vouch.cookie.httpOnly",
    fate: "always so",
    kind: "different",
    message: "the cookie is always HttpOnly, and always Secure except on localhost",
  },
  {
    names: "vouch.cookie.sameSite",
    fate: "always so",
    kind: "different",
    message:
      "the cookie is always SameSite=Lax: pages of another site cannot use it in frames or with fetch",
  },
  {
    names: "vouch.logLevel vouch.testing vouch.test_url vouch.test_urls",
    fate: "none",
    message:
      "is not used: doorward logs one JSON line per event, and `doorward explain URL` shows decisions",
  },
  {
    names: "vouch.writeTimeout vouch.readTimeout vouch.idleTimeout vouch.tls.profile",
    fate: "none",
    message: "is not needed: doorward has no such option",
  },
  {
    names: "vouch.socket.mode vouch.socket.group",
    fate: "none",
    message: "is not used: doorward listens on a port",
  },
  {
    names: "vouch.case_insensitive_emails vouch.case_insensitive_email_domains",
    fate: "always so",
    message: "is always so for email addresses; other names are case-sensitive",
  },
  {
    names: "oauth.code_challenge_method",
    fate: "always so",
    message: "is not needed: each sign-in has a PKCE code verifier (S256) in doorward",
  },
  {
    names: "oauth.azure_token",
    fate: "none",
    kind: "different",
    message: "doorward reads claims from the ID token only",
  },
  {
    names: "oauth.token_url oauth.user_info_url oauth.auth_url",
    fate: "carried",
    message: "is not used: doorward knows the address, or reads it from the issuer's metadata",
  },
  {
    names: "oauth.user_team_url oauth.user_org_url",
    fate: "always so",
    message: "is not used: doorward reads organisations and teams through GitHub's own addresses",
  },
  {
    names: "oauth.claims",
    fate: "none",
    kind: "different",
    message:
      "the authorization parameter claims is not sent: at Twitch, doorward sends its own; elsewhere, let the issuer send the claims",
  },
  {
    names: "oauth.preferredDomain oauth.relying_party_id oauth.discord_use_ids vouch.document_root",
    fate: "carried",
    message: "has no effect with this provider, or with this callback URL",
  },
];

/** Adds a note for every setting that was not read, so that none is dropped silently. */
export function noteVouchLeftOut(from: VouchOptions): void {
  const left = new Set(from.unread());
  for (const { names, kind = "left out", message } of vouchLeftOut)
    for (const name of names.split(" "))
      if (left.delete(name)) from.note(kind, name, withValue(from.shown(name), message));
  for (const name of left)
    from.note("left out", name, withValue(from.shown(name), "has no effect in doorward"));
}
