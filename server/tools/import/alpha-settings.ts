import { isObject } from "../../config/shape.ts";
import { unknown } from "../../config/unknown-keys.ts";
import { isMarked, valueOf as valueOfText } from "./formats/interpolation.ts";
import { placeOf, type ImportFile, type Problem, type Reading, type Setting } from "./setting.ts";

/** Maps each key of an alpha configuration to an option, or to a nested shape. */
type Shape = Readonly<{ [part: string]: string | Shape }>;

const server: Shape = { BindAddress: "http_address", SecureBindAddress: "https_address" };
const secure: Shape = { Key: "tls_key_file", Cert: "tls_cert_file", MinVersion: "tls_min_version" };

const provider: Shape = {
  id: "",
  provider: "provider",
  name: "provider_display_name",
  clientID: "client_id",
  clientSecret: "client_secret",
  clientSecretFile: "client_secret_file",
  caFiles: "provider_ca_files",
  useSystemTrustStore: "use_system_trust_store",
  loginURL: "login_url",
  loginURLParameters: "loginURLParameters",
  redeemURL: "redeem_url",
  profileURL: "profile_url",
  skipClaimsFromProfileURL: "skip_claims_from_profile_url",
  resource: "resource",
  validateURL: "validate_url",
  scope: "scope",
  allowedGroups: "allowed_groups",
  code_challenge_method: "code_challenge_method",
  codeChallengeMethod: "code_challenge_method",
  backendLogoutURL: "backend_logout_url",
  keycloakConfig: { groups: "keycloak_groups", roles: "allowed_roles" },
  azureConfig: { tenant: "azure_tenant", graphGroupField: "azure_graph_group_field" },
  microsoftEntraIDConfig: {
    allowedTenants: "entra_id_allowed_tenants",
    federatedTokenAuth: "entra_id_federated_token_auth",
  },
  ADFSConfig: { skipScope: "" },
  bitbucketConfig: { team: "bitbucket_team", repository: "bitbucket_repository" },
  githubConfig: {
    org: "github_org",
    team: "github_team",
    repo: "github_repo",
    token: "github_token",
    users: "github_users",
  },
  gitlabConfig: { group: "gitlab_groups", projects: "gitlab_projects" },
  googleConfig: {
    group: "google_groups",
    adminEmail: "google_admin_email",
    serviceAccountJson: "google_service_account_json",
    useApplicationDefaultCredentials: "google_use_application_default_credentials",
    targetPrincipal: "google_target_principal",
    useOrganizationID: "google_use_organization_id",
    adminAPIUserScope: "google_admin_api_user_scope",
  },
  oidcConfig: {
    issuerURL: "oidc_issuer_url",
    insecureAllowUnverifiedEmail: "insecure_oidc_allow_unverified_email",
    insecureSkipIssuerVerification: "insecure_oidc_skip_issuer_verification",
    insecureSkipNonce: "insecure_oidc_skip_nonce",
    skipDiscovery: "skip_oidc_discovery",
    jwksURL: "oidc_jwks_url",
    publicKeys: "oidc_public_key_files",
    emailClaim: "oidc_email_claim",
    groupsClaim: "oidc_groups_claim",
    userIDClaim: "user_id_claim",
    audienceClaims: "oidc_audience_claims",
    extraAudiences: "oidc_extra_audiences",
  },
  loginGovConfig: { jwtKey: "jwt_key", jwtKeyFile: "jwt_key_file", pubjwkURL: "pubjwk_url" },
};

const root: Shape = {
  upstreamConfig: "upstreams",
  upstreams: "upstreams",
  injectRequestHeaders: "injectRequestHeaders",
  injectResponseHeaders: "injectResponseHeaders",
  server: { ...server, TLS: secure },
  metricsServer: { BindAddress: "metrics_address", SecureBindAddress: "metrics_secure_address" },
  providers: provider,
};

/** The options that oauth2-proxy reads from an alpha configuration only, if it has one. */
export const alphaOptions: ReadonlySet<string> = new Set(namesIn(root));

function namesIn(shape: Shape): string[] {
  return Object.values(shape).flatMap((part) => (typeof part === "string" ? part : namesIn(part)));
}

export function isAlpha(value: unknown): value is Record<string, unknown> {
  return isObject(value) && Object.keys(value).some((key) => partOf(root, key) !== undefined);
}

/** Reads an alpha configuration as options. */
export function readAlpha(file: ImportFile, value: Record<string, unknown>): Reading {
  const settings: Setting[] = [];
  const problems: Problem[] = [];
  walk(root, value);
  return { settings, problems, notes: [] };

  function walk(shape: Shape, owner: Record<string, unknown>): void {
    for (const [key, child] of Object.entries(owner)) {
      const part = partOf(shape, key);
      const place = placeOf(file, key);
      if (part === undefined) {
        problems.push({ place, message: `${key}: ${unknown(key, Object.keys(shape))}` });
      } else if (typeof part === "string") {
        add(part === "" ? `alpha ${key}` : part, key, valueOf(part, child), place);
      } else if (key === "providers") walkProviders(child, place);
      else if (isObject(child)) walk(part, child);
      else if (child !== null)
        problems.push({ place, message: `${key}: is not a group of settings` });
    }
  }

  function walkProviders(list: unknown, place: string): void {
    const [first, ...more] = Array.isArray(list) ? list : [];
    if (isObject(first)) walk(provider, first);
    else problems.push({ place, message: "providers: contains no provider: add one" });
    // oauth2-proxy itself uses only the first.
    if (more.length > 0) add("alpha providers", "providers", more.length, place);
  }

  function add(name: string, spelt: string, written: unknown, place: string): void {
    if (written === null || name === "alpha id") return;
    const text = typeof written === "string" ? written : JSON.stringify(written);
    const known = isMarked(text) ? valueOfText(text, "the environment of oauth2-proxy") : written;
    settings.push({ name, spelt, value: known, place, rank: 0 });
  }
}

/** Go matches these keys case-insensitively. */
function partOf(shape: Shape, key: string): string | Shape | undefined {
  const name = Object.keys(shape).find((one) => one.toLowerCase() === key.toLowerCase());
  return name === undefined ? undefined : shape[name];
}

/** Upstreams are reduced to their addresses, a TLS source to its file path. */
function valueOf(option: string, written: unknown): unknown {
  if (option === "upstreams") {
    const list = isObject(written) ? written.upstreams : written;
    return (Array.isArray(list) ? list : []).map((one: unknown) =>
      isObject(one)
        ? one.static === true
          ? "static://"
          : String(one.uri ?? one.id ?? "")
        : String(one),
    );
  }
  if (option.startsWith("tls_") && isObject(written))
    return String(written.fromFile ?? "given inline");
  return written;
}
