import { withValue, type LeftOut } from "./notes.ts";
import { options } from "./oauth2-proxy-options.ts";
import type { Setting } from "./setting.ts";
import type { Settings } from "./settings.ts";

interface Reason extends LeftOut {
  /** Skip the reason if the option has this value. */
  readonly unless?: string;
}

const ownProbes =
  "the health checks are /healthz and /readyz on the `admin` listener, and with compat /ping and /ready: change your probes";

/** Options that are not imported. */
export const leftOut: readonly Reason[] = [
  {
    names: "cookie_secret cookie_secret_file",
    fate: "none",
    kind: "to do",
    message:
      "is not imported: run `doorward secret`, and put the new secret into `secret`, or into the file named by DOORWARD_SECRET_FILE",
  },
  {
    names:
      "disable_keep_alives flush_interval pass_host_header proxy_websockets ssl_upstream_insecure_skip_verify upstream_timeout allow_query_semicolons force_https",
    fate: "the proxy's",
    message:
      "is not used: your proxy forwards requests to the apps now; set it there if you need it",
  },
  {
    names:
      "https_address tls_cipher_suites tls_min_version metrics_secure_address metrics_tls_cert_file metrics_tls_key_file",
    fate: "the proxy's",
    message: "is not used: doorward serves plain HTTP to the proxy, which terminates TLS",
  },
  {
    names: `auth_logging auth_logging_format errors_to_info_log exclude_logging_paths logging_compress logging_filename
      logging_local_time logging_max_age logging_max_backups logging_max_size request_id_header request_logging
      request_logging_format silence_ping_logging standard_logging standard_logging_format`,
    fate: "none",
    message:
      "is not used: doorward logs one JSON line per event to stdout; filter, rotate and store it there",
  },
  {
    names: "banner custom_sign_in_logo custom_templates_dir footer show_debug_on_error",
    fate: "none",
    message: "is not used: doorward has its own pages",
  },
  {
    names: "display_htpasswd_form",
    fate: "none",
    kind: "different",
    message:
      "doorward has no form for a name and password: people sign in at a provider, and a small one such as Pocket ID, Authelia, Kanidm or Dex has such a form, with a second factor; programs use `basic` in a rule",
  },
  { names: "ping_path", fate: "none", unless: "/ping", kind: "different", message: ownProbes },
  { names: "ready_path", fate: "none", unless: "/ready", kind: "different", message: ownProbes },
  {
    names: "ping_path ready_path",
    fate: "always so",
    message:
      "is not needed: with compat, doorward answers at this path too; /healthz and /readyz on the `admin` listener replace it",
  },
  {
    names: "ping_user_agent gcp_healthchecks",
    fate: "none",
    kind: "different",
    message: ownProbes,
  },
  {
    names: "cookie_name cookie_path",
    fate: "none",
    kind: "different",
    message:
      "the cookie is named __Host-doorward-XXXXXX, or __Secure-doorward-XXXXXX with cookie.domain, and its path is /: change what reads it by name",
  },
  {
    names: "cookie_httponly cookie_secure",
    fate: "always so",
    unless: "true",
    kind: "different",
    message: "the cookie is always HttpOnly, and always Secure except on localhost",
  },
  {
    names: "cookie_httponly cookie_secure",
    fate: "always so",
    message: "is always on in doorward",
  },
  {
    names: "cookie_samesite cookie_csrf_samesite",
    fate: "always so",
    kind: "different",
    message:
      "the cookie is always SameSite=Lax: pages of another site cannot use it in frames or with fetch",
  },
  {
    names:
      "cookie_csrf_expire cookie_csrf_per_request cookie_csrf_per_request_limit encode_state code_challenge_method force_code_challenge_method insecure_oidc_skip_nonce",
    fate: "always so",
    message:
      "is not needed: each sign-in has its own state, nonce and PKCE code verifier (S256) in doorward",
  },
  {
    names: "auth_request_response_mode",
    fate: "always so",
    message: "is not needed: doorward requests form_post if the issuer requires it",
  },
  {
    names: "bearer_token_login_fallback",
    fate: "always so",
    message:
      "is not needed: to a request with an invalid token, doorward always answers 401, and never with the sign-in page",
  },
  {
    names: "oidc_enabled_signing_algs",
    fate: "none",
    kind: "different",
    message:
      "doorward accepts every asymmetric algorithm that the issuer's metadata announces, and never an unsigned token or one signed with the client secret",
  },
  {
    names: "relative_redirect_url session_cookie_minimal redis_connection_idle_timeout",
    fate: "none",
    message: "is not needed: doorward has no such option",
  },
  {
    names: "real_client_ip_header",
    fate: "the proxy's",
    kind: "different",
    message:
      "doorward reads the visitor's address from X-Forwarded-For only, from the right: make the proxy send that header",
  },
  {
    names: "api_routes force_json_errors approval_prompt",
    fate: "always so",
    message:
      "is not needed: doorward itself distinguishes scripts, which get 401, from browsers, which go straight to the issuer if there is only one provider",
  },
  {
    names: "backend_logout_url",
    fate: "none",
    kind: "to do",
    message:
      "to sign out at the issuer too, write signOut: issuer; the issuer needs an end_session_endpoint",
  },
  {
    names: "ssl_insecure_skip_verify provider_ca_files use_system_trust_store",
    fate: "none",
    kind: "to do",
    message:
      "doorward always checks certificates: for a private CA, set NODE_EXTRA_CA_CERTS to its certificate file",
  },
  {
    names: "skip_oidc_discovery oidc_public_key_files",
    fate: "none",
    kind: "to do",
    message:
      "doorward reads the issuer's metadata and keys itself: make them reachable, and run `doorward check` to test that",
  },
  {
    names: "oidc_audience_claims",
    fate: "always so",
    message: "is not used: doorward always reads the audience from the claim aud",
  },
  {
    names:
      "skip_claims_from_profile_url google_use_organization_id google_admin_api_user_scope google_target_principal azure_graph_group_field",
    fate: "none",
    kind: "different",
    message:
      "doorward reads claims and groups in its own way at each kind of provider: compare docs/providers.md",
  },
  {
    names: "entra_id_federated_token_auth",
    fate: "none",
    kind: "to do",
    message:
      "set clientAssertionFile to the path in AZURE_FEDERATED_TOKEN_FILE (docs/client-authentication.md)",
  },
  {
    names: "jwt_key jwt_key_file pubjwk_url",
    fate: "none",
    kind: "to do",
    message:
      "to authenticate the client with a key, put the private key into a file and set clientKeyFile to its path (docs/client-authentication.md)",
  },
  {
    names: "skip_auth_strip_headers signature_key",
    fate: "the proxy's",
    kind: "different",
    message:
      "the proxy removes identity headers that visitors send (with the configuration in deploy/), and doorward signs no headers",
  },
  {
    names: "config alpha_config",
    fate: "carried",
    kind: "to do",
    message: "is a separate file: add it to the command line",
  },
];

/** Adds a note for every option that was not read, so that none is dropped silently. */
export function noteLeftOut(from: Settings): void {
  const left = new Map(from.unread().map((setting) => [setting.name, setting]));
  for (const { names, kind = "left out", unless, message } of leftOut) {
    for (const name of names.split(/\s+/)) {
      const setting = left.get(name);
      if (setting === undefined || (unless !== undefined && String(setting.value) === unless))
        continue;
      from.note(kind, name, withValue(shownValue(setting), message));
      left.delete(name);
    }
  }
  for (const [name, setting] of left)
    from.note(
      "left out",
      name,
      name === "alpha providers" ? otherProviders : withValue(shownValue(setting), noEffect),
    );
}

const otherProviders =
  "only the first one is imported, because oauth2-proxy itself uses only that one: add the others to providers by hand";
const noEffect = "has no effect with this kind of provider, or without another option";

/** The value, unless it is long or may contain a secret. */
function shownValue({ name, value }: Setting): string | undefined {
  const kind = options.get(name);
  if (kind === undefined || kind === "structure" || /secret|password|token|key|url/.test(name))
    return undefined;
  const text = Array.isArray(value) ? value.join(", ") : String(value);
  return text.length > 60 || /\p{Cc}/u.test(text) ? undefined : text;
}
