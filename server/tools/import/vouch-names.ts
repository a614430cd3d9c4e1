export type VouchKind = "text" | "list" | "switch" | "number" | "structure";

/** Every setting of vouch-proxy's `config.yml`, by its kind. vouch-proxy ignores letter case in names. */
const byKind: Readonly<Record<VouchKind, string>> = {
  text: `vouch.logLevel vouch.listen vouch.document_root vouch.test_url vouch.tls.cert vouch.tls.key vouch.tls.profile
    vouch.jwt.issuer vouch.jwt.secret vouch.cookie.name vouch.cookie.domain vouch.cookie.sameSite vouch.headers.jwt
    vouch.headers.user vouch.headers.querystring vouch.headers.redirect vouch.headers.success vouch.headers.error
    vouch.headers.claimheader vouch.headers.accesstoken vouch.headers.idtoken vouch.session.name vouch.session.key
    vouch.socket.mode vouch.socket.group oauth.provider oauth.client_id oauth.client_secret oauth.auth_url
    oauth.token_url oauth.end_session_endpoint oauth.callback_url oauth.relying_party_id oauth.user_info_url
    oauth.user_team_url oauth.user_org_url oauth.preferredDomain oauth.azure_token oauth.code_challenge_method`,
  list: `vouch.domains vouch.case_insensitive_email_domains vouch.whiteList vouch.teamWhitelist vouch.headers.claims
    vouch.test_urls vouch.post_logout_redirect_uris oauth.callback_urls oauth.scopes`,
  switch: `vouch.case_insensitive_emails vouch.allowAllUsers vouch.publicAccess vouch.testing vouch.jwt.compress
    vouch.cookie.secure vouch.cookie.httpOnly oauth.discord_use_ids`,
  number: `vouch.port vouch.jwt.maxAge vouch.cookie.maxAge vouch.session.maxAge vouch.writeTimeout vouch.readTimeout
    vouch.idleTimeout`,
  structure: "oauth.claims",
};

/** The kind of each setting, by its name as in vouch-proxy's documentation. */
export const vouchSettings: ReadonlyMap<string, VouchKind> = new Map(
  Object.entries(byKind).flatMap(([kind, names]) =>
    names.split(/\s+/).map((name): [string, VouchKind] => [name, kind as VouchKind]),
  ),
);

const byLowerCase = new Map([...vouchSettings.keys()].map((name) => [name.toLowerCase(), name]));

/** The setting that a path in a file names; undefined = none. */
export function settingOfPath(path: string): string | undefined {
  return byLowerCase.get(path.toLowerCase());
}

const byVariable = new Map(
  [...vouchSettings.keys()].map((name) => [name.replaceAll(".", "_").toUpperCase(), name]),
);
// The only variables whose names lose an underscore of the setting.
byVariable.set("VOUCH_TESTURL", "vouch.test_url").delete("VOUCH_TEST_URL");
byVariable.set("VOUCH_TESTURLS", "vouch.test_urls").delete("VOUCH_TEST_URLS");
byVariable.delete("OAUTH_CLAIMS");

/** The setting of an environment variable; undefined = none. */
export function settingOfVariable(variable: string): string | undefined {
  return byVariable.get(variable);
}

export const vouchVariables: readonly string[] = [...byVariable.keys()];
