import type { Fate } from "../server/tools/import/notes.ts";

/** Options that the import reads: names, what becomes of them, and where they go. */
export type Row = readonly [names: string, fate: Fate, text: string];

export const oauth2Proxy: readonly Row[] = [
  ["provider oidc_issuer_url azure_tenant", "carried", "`type` and `issuer` of the provider"],
  ["client_id", "carried", "`clientId`"],
  ["client_secret", "carried", "`clientSecret`"],
  ["client_secret_file", "carried", "the variable `DOORWARD_PROVIDERS_NAME_CLIENT_SECRET_FILE`"],
  ["provider_display_name", "carried", "`label`"],
  ["scope", "carried", "`scope`, with `openid` added at OpenID Connect issuers"],
  ["login_url", "carried", "`endpoints.authorization`; its query becomes `authorization`"],
  ["redeem_url", "carried", "`endpoints.token`"],
  ["profile_url", "carried", "`endpoints.userinfo`"],
  ["oidc_jwks_url", "carried", "`endpoints.jwks`"],
  [
    "validate_url",
    "always so",
    "sessions are checked by a refresh at the issuer; at GitHub, Gitea and Nextcloud it shows the issuer",
  ],
  ["prompt acr_values resource loginURLParameters", "carried", "`authorization`"],
  ["oidc_email_claim user_id_claim", "carried", "`emailClaim`"],
  ["oidc_groups_claim", "carried", "`groupsClaim`"],
  ["oidc_extra_audiences", "carried", "`audience`"],
  [
    "insecure_oidc_allow_unverified_email",
    "carried",
    "`trustEmail: always`, with a loud step to do",
  ],
  [
    "insecure_oidc_skip_issuer_verification",
    "narrower",
    "the issuer of a token is always checked; at Entra ID's `common` and `organizations` use `tenants`",
  ],
  ["entra_id_allowed_tenants", "carried", "`tenants`, where the issuer has several"],
  ["google_admin_email google_service_account_json", "carried", "`directory` of the provider"],
  [
    "google_use_application_default_credentials",
    "none",
    "`directory` needs a service account's key file: a step to do",
  ],
  [
    "email_domains",
    "carried",
    "`access.domains`; `*` becomes `verified: true`. An address counts only if it is verified",
  ],
  ["authenticated_emails_file", "carried", "`access.emails`, with the addresses of the file"],
  [
    "allowed_groups allowed_roles google_groups gitlab_groups bitbucket_team bitbucket_workspace github_org github_team",
    "carried",
    "`access.groups`; `all` joins them with the addresses",
  ],
  ["keycloak_groups", "carried", "`access.groups` with `provider = keycloak`, in place of others"],
  [
    "github_repo gitlab_projects bitbucket_repository",
    "carried",
    "`repositories` or `projects` of the provider, and `access.groups`",
  ],
  ["github_users", "carried", "`allow: { claims: … }` in a rule"],
  ["github_token", "narrower", "the visitor's own token shows the membership"],
  [
    "skip_auth_routes skip_auth_regex",
    "narrower",
    "rules with `allow: public`, if `path` and `exactPath` can describe the paths; the others are a step to do",
  ],
  ["skip_auth_preflight", "narrower", "`preflight: allow`, for real CORS preflights only"],
  [
    "skip_jwt_bearer_tokens extra_jwt_issuers",
    "narrower",
    "`bearer` in a rule; tokens of other issuers must be RFC 9068 access tokens",
  ],
  [
    "htpasswd_file htpasswd_user_groups",
    "narrower",
    "`users`, and a rule with `basic`: for programs, with bcrypt or argon2id hashes",
  ],
  ["trusted_ips", "narrower", "a rule with `ip`, if `reverse_proxy` is on"],
  ["trusted_proxy_ips reverse_proxy", "carried", "`trustedProxies`"],
  [
    "redirect_url proxy_prefix",
    "carried",
    "`url`; without a host `https://{host}/…` with `hosts`, as far as the domains are known",
  ],
  ["cookie_domains", "carried", "`cookie.domain`: the longest one that contains the host"],
  ["whitelist_domains", "carried", "`allowedRedirects`; of a public suffix, its own host only"],
  ["cookie_expire", "carried", "`session.lifetime` and `session.idle`"],
  ["cookie_refresh", "carried", "`session.refresh`; without it, every hour"],
  [
    "session_store_type redis_connection_url redis_username redis_password redis_ca_path redis_use_sentinel redis_sentinel_connection_urls redis_sentinel_master_name redis_sentinel_password redis_use_cluster redis_cluster_connection_urls",
    "carried",
    "`storage`; instead of the cookie, files",
  ],
  [
    "redis_insecure_skip_tls_verify",
    "none",
    "certificates are always checked: `storage.tls.ca` for a private CA",
  ],
  [
    "set_xauthrequest set_authorization_header pass_access_token pass_authorization_header pass_user_headers prefer_email_to_user injectRequestHeaders injectResponseHeaders",
    "carried",
    "`headers`",
  ],
  [
    "pass_basic_auth set_basic_auth basic_auth_password",
    "none",
    "no Basic credentials are made for apps: set the header in the proxy. `pass_basic_auth` alone keeps its identity headers",
  ],
  ["skip_provider_button", "carried", "`skipProviderButton`, at `/oauth2/sign_in`"],
  ["http_address", "carried", "`listen`"],
  ["metrics_address", "carried", "`admin`"],
  ["tls_cert_file tls_key_file", "the proxy's", "doorward serves plain http to the proxy"],
  ["upstreams", "the proxy's", "doorward answers a proxy, and is none: `doorward config nginx`"],
];

export const traefikForwardAuth: readonly Row[] = [
  [
    "default-provider rule.NAME.provider",
    "carried",
    "`providers`; several are a choice on a page, a rule cannot select one",
  ],
  [
    "client-id client-secret providers.google.client-id providers.google.client-secret providers.oidc.client-id providers.oidc.client-secret providers.generic-oauth.client-id providers.generic-oauth.client-secret",
    "carried",
    "`clientId`, `clientSecret`",
  ],
  ["prompt providers.google.prompt", "carried", "`authorization.prompt`"],
  ["providers.oidc.issuer-url", "carried", "`issuer`, and the `type` that it shows"],
  ["providers.oidc.resource", "carried", "`authorization.resource`"],
  [
    "providers.generic-oauth.auth-url",
    "carried",
    "the kind of the provider, for GitHub, GitLab, Discord, Bitbucket, Facebook and DigitalOcean; others stop the import",
  ],
  [
    "providers.generic-oauth.token-url providers.generic-oauth.user-url providers.generic-oauth.token-style providers.generic-oauth.scope providers.generic-oauth.resource",
    "always so",
    "doorward has the addresses and the scopes of these kinds",
  ],
  ["whitelist", "carried", "`access.emails`"],
  ["domain", "carried", "`access.domains`, unless a whitelist is set"],
  ["match-whitelist-or-domain", "carried", "both lists in `access`"],
  [
    "rule.NAME.action rule.NAME.rule rule.NAME.whitelist rule.NAME.domains",
    "narrower",
    "`rules`, those that protect first; a prefix ends at a slash",
  ],
  ["default-action", "carried", "a last rule with `allow: public`"],
  ["trusted-ip-address trusted-ip-networks", "carried", "a rule with `ip`, and `trustedProxies`"],
  [
    "auth-host url-path",
    "carried",
    "`url`; without a host `https://{host}/…` with `hosts`, as far as the domains are known",
  ],
  ["cookie-domain cookie-domains", "carried", "`cookie.domain`"],
  ["lifetime", "carried", "`session.lifetime` and `session.idle`"],
  ["header-names", "carried", "`headers`: the email address"],
  ["logout-redirect", "carried", "`allowedRedirects`, and `rd` of `/sign_out`"],
  ["port", "carried", "`listen.port`"],
];

export const vouchProxy: readonly Row[] = [
  [
    "oauth.provider",
    "carried",
    "`type`: the kind of that name, for `oidc` the one that its addresses show (Entra ID, AD FS, Keycloak, Okta, …), else `oidc` with an issuer derived from `auth_url`. `indieauth`, `homeassistant`, `openstax` and `alibaba` stop the import",
  ],
  ["oauth.client_id oauth.client_secret", "carried", "`clientId`, `clientSecret`"],
  [
    "oauth.callback_url oauth.callback_urls",
    "carried",
    "`url`, or a site for each domain; without one, `url` has a gap to fill in",
  ],
  ["oauth.end_session_endpoint", "carried", "`signOut: issuer`"],
  [
    "oauth.scopes",
    "carried",
    "`scope`, if there are more than openid, email and profile, at OpenID Connect issuers",
  ],
  ["oauth.preferredDomain oauth.relying_party_id", "carried", "`authorization`: `hd`, `resource`"],
  [
    "vouch.allowAllUsers",
    "carried",
    "`access: { anyone: true }`; the lists are ignored, as before",
  ],
  [
    "vouch.whiteList",
    "carried",
    "replaces `domains` and `teamWhitelist`: `access.emails`, or a name that vouch-proxy compared (`login` at GitHub, `upn` or `preferred_username` at Microsoft, the id at Nextcloud, `username` at Discord)",
  ],
  [
    "vouch.teamWhitelist",
    "carried",
    "replaces `domains`: `access.groups`, with `org/team` as `org:team`. Refused at other providers than GitHub, where it lets no one in",
  ],
  [
    "vouch.domains",
    "carried",
    "the hosts (`cookie.domain`, or `sites`); and `access.domains` with each domain and its subdomains, only if no other list is set",
  ],
  [
    "vouch.publicAccess",
    "narrower",
    "never imported: write rules with `allow: public` for the pages that may be public",
  ],
  ["vouch.cookie.domain", "carried", "`cookie.domain`, unless it is above the `domains`"],
  [
    "vouch.cookie.maxAge vouch.jwt.maxAge",
    "carried",
    "`session.lifetime` and `session.idle`: the shorter one, in minutes",
  ],
  [
    "vouch.headers.user vouch.headers.claims vouch.headers.claimheader vouch.headers.accesstoken vouch.headers.idtoken",
    "carried",
    '`headers`: `X-Vouch-User: email`, `X-Vouch-IdP-Claims-Department: claims.department`. A list is sent as `a,b` instead of `"a","b"`',
  ],
  [
    "vouch.post_logout_redirect_uris",
    "carried",
    "`allowedRedirects`, by host, for hosts that no cookie reaches",
  ],
  ["vouch.listen vouch.port vouch.tls.cert vouch.tls.key", "carried", "`listen`; no socket files"],
  ["vouch.document_root", "carried", "the path of `url`"],
  [
    "oauth.auth_url oauth.token_url oauth.user_info_url",
    "always so",
    "doorward has the address, or reads it from the issuer's metadata; the import uses them to find the kind of an `oidc` provider",
  ],
  ["oauth.discord_use_ids", "carried", "the `whiteList` by id instead of by user name, at Discord"],
];
