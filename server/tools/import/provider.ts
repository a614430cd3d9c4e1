import { kindOfIssuer, providers } from "../../../providers/registry.ts";
import { placeholderFault } from "../../values/placeholder.ts";
import { authorization, endpoints } from "./provider-addresses.ts";
import { kindOf, type Kind } from "./provider-kind.ts";
import type { Settings } from "./settings.ts";

export interface ImportedProvider {
  readonly kind: string;
  readonly name: string;
  readonly entry: Record<string, unknown>;
}

/** The provider as an entry of `providers`; undefined = a problem was reported. */
export function importProvider(from: Settings): ImportedProvider | undefined {
  const found = kindOf(from);
  if (found === undefined) return undefined;
  const name = found.kind.replaceAll(".", "-"); // a provider's name cannot contain dots
  const entry = {
    ...(name !== found.kind && { type: found.kind }),
    ...betterType(from, found),
    ...issuerOf(found),
    clientId: from.text("client_id"),
    clientSecret: clientSecret(from, name),
    clientKeyFile: found.kind === "login.gov" ? from.text("jwt_key_file") : undefined,
    scope: scopeOf(from, found),
    label: from.text("provider_display_name"),
    ...claims(from, found),
    ...trust(from, found),
    ...tenants(from, found),
    ...authorization(from),
    ...endpoints(from, found),
    ...particular(from, found),
    audience: someOf(from.list("oidc_extra_audiences")),
  };
  if (from.text("client_id") === undefined)
    from.problem("client_id", "is missing: write the client ID that the provider gave you");
  for (const option of ["client_id", "client_secret"]) {
    const fault = placeholderFault(from.text(option) ?? "");
    if (fault !== undefined) from.note("to do", option, fault);
  }
  return { kind: found.kind, name, entry: present(entry) };
}

/**
 * The kind of an issuer that the file names only as `oidc`. A kind's own groups never widen the access: with a
 * `role:` among the allowed groups the kind stays.
 */
function betterType(from: Settings, { kind }: Kind): { type?: string } {
  if (kind !== "oidc") return {};
  const options = ["oidc_issuer_url", "login_url", "redeem_url"];
  const better = kindOfIssuer(options.flatMap((option) => from.text(option) ?? []));
  if (better === undefined) return {};
  const role = from.list("allowed_groups").find((group) => group.startsWith("role:"));
  const reason = `the issuer is of the kind ${better.kind}`;
  if (role === undefined) {
    const message = `${reason}, so the file contains type: ${better.kind}, whose groups also include roles (docs/providers.md)`;
    from.note("different", "oidc_issuer_url", message);
    return { type: better.kind };
  }
  const message = `${reason}: set type: ${better.kind} if "${role}" in allowed_groups is a role there, and not a group of that name`;
  from.note("to do", "oidc_issuer_url", message);
  return {};
}

/** Drops undefined values. */
export function present(entry: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined));
}

export function someOf(list: readonly string[]): readonly string[] | undefined {
  return list.length === 0 ? undefined : list;
}

function issuerOf({ kind, issuer }: Kind): { issuer?: string } {
  return issuer === undefined || issuer === providers.get(kind)?.issuer ? {} : { issuer };
}

function clientSecret(from: Settings, name: string): string | undefined {
  const file = from.text("client_secret_file");
  const variable = `DOORWARD_PROVIDERS_${name.toUpperCase().replaceAll("-", "_")}_CLIENT_SECRET_FILE`;
  if (file !== undefined)
    from.note("to do", "client_secret_file", `set the environment variable ${variable}=${file}`);
  return file === undefined ? from.text("client_secret") : undefined;
}

/** Adds `groups` if groups are required, as oauth2-proxy does, and `openid`, without which there is no ID token. */
function scopeOf(from: Settings, { kind }: Kind): string | undefined {
  const written = from.text("scope");
  const isOAuthOnly = providers.get(kind)?.isOAuthOnly === true;
  if (written === undefined)
    return kind === "oidc" && from.has("allowed_groups")
      ? "openid email profile groups"
      : undefined;
  if (isOAuthOnly || written.split(/\s+/).includes("openid")) return written;
  from.note(
    "different",
    "scope",
    `openid is added to "${written}": doorward reads the identity from the ID token`,
  );
  return `openid ${written}`;
}

function claims(from: Settings, { emailClaim }: Kind): Record<string, unknown> {
  const [email, userId] = [from.text("oidc_email_claim"), from.text("user_id_claim")];
  return {
    // user_id_claim is the old name; oidc_email_claim overrides it.
    emailClaim: email ?? (userId === "email" ? undefined : userId) ?? emailClaim,
    groupsClaim: from.text("oidc_groups_claim"),
  };
}

/** oauth2-proxy refuses only `email_verified: false`; doorward accepts only `true`, unless trustEmail is set. */
function trust(from: Settings, { kind }: Kind): Record<string, unknown> {
  const isAsked = from.isOn("insecure_oidc_allow_unverified_email");
  if (!isAsked && providers.get(kind)?.guide?.emails === "unsaid") {
    const message = `"${from.text("provider") ?? "google"}" never reports whether an email address is verified, and oauth2-proxy accepted it anyway, so the file contains trustEmail: true: keep it only if accounts there cannot choose their email address (docs/providers.md)`;
    from.note("to do", "provider", message);
    return { trustEmail: true };
  }
  if (isAsked) {
    from.note("to do", "insecure_oidc_allow_unverified_email", trustsAll);
    return { trustEmail: "always" };
  }
  if (kind === "oidc") from.note("different", "oidc_issuer_url", mayNotSay);
  return {};
}

const trustsAll =
  "is now trustEmail: always, which accepts even an address that the provider reports as unverified: ANY ACCOUNT THAT CAN WRITE AN ADDRESS INTO ITS PROFILE THERE HAS THE ACCESS OF THAT ADDRESS; remove it if the provider verifies addresses, or use trustEmail: true if it only leaves email_verified out";
const mayNotSay =
  "an account counts only with email_verified: true, in the ID token or userinfo; oauth2-proxy also accepted accounts without that claim: if the issuer never sends it, set trustEmail: true in the provider, or those accounts have no access (the log line of the denial says so)";

function tenants(from: Settings, { kind, issuer = "" }: Kind): Record<string, unknown> {
  const allowed = from.list("entra_id_allowed_tenants");
  const isSkipping = from.isOn("insecure_oidc_skip_issuer_verification");
  const isOfMany = kind === "entra-id" && /\/(common|organizations)\/v2\.0$/.test(issuer);
  if (isOfMany) return { tenants: allowed };
  if (isSkipping)
    from.note(
      "left out",
      "insecure_oidc_skip_issuer_verification",
      "is not possible: the issuer of a token must be the configured issuer",
    );
  const [own] = /[0-9a-f]{8}-[0-9a-f-]{27}/i.exec(issuer) ?? [];
  if (allowed.length > 0 && own !== undefined) {
    if (allowed.includes(own))
      from.note(
        "left out",
        "entra_id_allowed_tenants",
        `is not needed: the issuer accepts only tenant ${own}`,
      );
    else
      from.problem(
        "entra_id_allowed_tenants",
        `does not contain ${own}, the tenant of the issuer, so no account could sign in: add it, or change the issuer`,
      );
  }
  return {};
}

/** Settings that only some kinds have. */
function particular(from: Settings, { kind }: Kind): Record<string, unknown> {
  switch (kind) {
    case "google":
      return directory(from);
    case "github":
      return { repositories: someOf([from.text("github_repo") ?? []].flat()) };
    case "bitbucket":
      return { repositories: someOf([from.text("bitbucket_repository") ?? []].flat()) };
    case "gitlab":
      return { projects: someOf(from.list("gitlab_projects")) };
    default:
      return {};
  }
}

function directory(from: Settings): Record<string, unknown> {
  const [serviceAccountFile, admin] = [
    from.text("google_service_account_json"),
    from.text("google_admin_email"),
  ];
  const groups = [...from.list("google_groups"), ...from.list("allowed_groups")];
  if (serviceAccountFile !== undefined && admin !== undefined)
    return { directory: present({ serviceAccountFile, admin, groups: someOf(groups) }) };
  if (groups.length === 0) return {};
  const message =
    "doorward reads Google groups with a service account's key file: set directory.serviceAccountFile and directory.admin, or no account has access";
  const credentials = "google_use_application_default_credentials";
  const option = from.has("google_groups") ? "google_groups" : "allowed_groups";
  if (from.isOn(credentials)) from.note("to do", credentials, message);
  else from.problem(option, "needs google_admin_email and google_service_account_json: add both");
  return {};
}
