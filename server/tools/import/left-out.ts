import type { NoteKind } from "./notes.ts";
import type { Settings } from "./settings.ts";

interface Reason {
  readonly names: string;
  readonly kind?: NoteKind;
  /** Only when the option says other than this. */
  readonly unless?: string;
  readonly message: string;
}

const proxys = "belongs to your proxy, which speaks to the apps itself now";

/** Options without a counterpart: why, and what to do. */
const reasons: readonly Reason[] = [
  {
    names: "cookie_secret cookie_secret_file",
    kind: "to do",
    message:
      "is not taken over: `doorward secret` prints a new one, for `secret` or DOORWARD_SECRET_FILE",
  },
  {
    names:
      "flush_interval pass_host_header proxy_websockets ssl_upstream_insecure_skip_verify upstream_timeout allow_query_semicolons force_https",
    message: proxys,
  },
  {
    names:
      "https_address tls_cipher_suites tls_min_version metrics_secure_address metrics_tls_cert_file metrics_tls_key_file",
    message: "doorward speaks plain HTTP to the proxy beside it, which ends TLS",
  },
  {
    names: `auth_logging auth_logging_format errors_to_info_log exclude_logging_paths logging_compress logging_filename
      logging_local_time logging_max_age logging_max_backups logging_max_size request_id_header request_logging
      request_logging_format silence_ping_logging standard_logging standard_logging_format`,
    message: "doorward logs a JSON line an event to stdout, for whoever runs it to keep",
  },
  {
    names:
      "banner custom_sign_in_logo custom_templates_dir footer show_debug_on_error display_htpasswd_form",
    message: "the pages are doorward's own",
  },
  {
    names: "ping_path ping_user_agent ready_path gcp_healthchecks",
    kind: "different",
    message: "health is at /healthz and /readyz of the listener in `admin`: change the probes",
  },
  {
    names: "cookie_name cookie_path",
    kind: "different",
    message:
      "the cookie is __Host-doorward, or __Secure-doorward with cookie.domain, and its path /: change a proxy that reads it by name",
  },
  {
    names: "cookie_httponly cookie_secure",
    unless: "true",
    kind: "different",
    message: "the cookie is always Secure (but on localhost) and HttpOnly",
  },
  { names: "cookie_httponly cookie_secure", message: "is always so" },
  {
    names: "cookie_samesite",
    kind: "different",
    message: "is always lax: pages of another site cannot use it in frames or with fetch",
  },
  {
    names:
      "cookie_csrf_expire cookie_csrf_per_request cookie_csrf_per_request_limit encode_state relative_redirect_url session_cookie_minimal code_challenge_method insecure_oidc_skip_nonce redis_connection_idle_timeout",
    message:
      "doorward needs no word about it: each sign-in has a state, a nonce and a code verifier (S256) of its own",
  },
  {
    names: "real_client_ip_header",
    kind: "different",
    message: "doorward reads X-Forwarded-For, from the right, and no other: let the proxy send it",
  },
  {
    names: "api_routes force_json_errors skip_provider_button approval_prompt",
    message:
      "doorward tells programs from people itself: the former get 401, and people go to the issuer at once where there is only one",
  },
  {
    names: "backend_logout_url",
    kind: "to do",
    message:
      "write signOut: issuer, if the issuer has an end_session_endpoint: signing out goes on to it",
  },
  {
    names: "ssl_insecure_skip_verify provider_ca_files use_system_trust_store",
    kind: "to do",
    message:
      "certificates are always checked: set NODE_EXTRA_CA_CERTS to a file with your own authority",
  },
  {
    names: "skip_oidc_discovery oidc_public_key_files",
    kind: "to do",
    message:
      "doorward reads the issuer's metadata and keys itself: they must be reachable (`doorward check` tells)",
  },
  {
    names: "oidc_audience_claims",
    message: "the audience is the claim aud",
  },
  {
    names:
      "skip_claims_from_profile_url google_use_organization_id google_admin_api_user_scope google_target_principal azure_graph_group_field",
    kind: "different",
    message:
      "doorward reads claims and groups its own way at each kind of provider: see docs/providers.md",
  },
  {
    names: "entra_id_federated_token_auth",
    kind: "to do",
    message:
      "write clientAssertionFile, with the path in AZURE_FEDERATED_TOKEN_FILE (docs/client-authentication.md)",
  },
  {
    names: "jwt_key jwt_key_file pubjwk_url",
    kind: "to do",
    message:
      "a client that signs its way in has its key in clientKeyFile, as a file (docs/client-authentication.md)",
  },
  {
    names: "skip_auth_strip_headers signature_key",
    kind: "different",
    message:
      "the proxy drops what visitors send under the names of identity headers (deploy/ has it), and nothing is signed",
  },
  {
    names: "config alpha_config",
    kind: "to do",
    message: "is another file: name it on the command line too",
  },
];

/** Notes about every option that has not been taken care of: none goes in silence. */
export function tellLeftOut(from: Settings): void {
  const left = new Map(from.unread().map((setting) => [setting.name, setting]));
  for (const { names, kind = "left out", unless, message } of reasons) {
    for (const name of names.split(/\s+/)) {
      const setting = left.get(name);
      if (setting === undefined || (unless !== undefined && String(setting.value) === unless))
        continue;
      from.note(kind, name, message);
      left.delete(name);
    }
  }
  for (const name of left.keys())
    from.note(
      "left out",
      name,
      "means nothing to this kind of provider, or without another option",
    );
}
