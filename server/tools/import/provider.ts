import { providers } from "../../../providers/registry.ts";
import { authorization, endpoints } from "./provider-addresses.ts";
import { kindOf, type Kind } from "./provider-kind.ts";
import type { Settings } from "./settings.ts";

export interface ImportedProvider {
  readonly kind: string;
  readonly name: string;
  readonly entry: Record<string, unknown>;
}

/** The one provider as an entry of `providers`; undefined = there is a problem, and it is told. */
export function importProvider(from: Settings): ImportedProvider | undefined {
  const found = kindOf(from);
  if (found === undefined) return undefined;
  const name = found.kind.replaceAll(".", "-"); // a name holds no dots
  const entry = {
    ...(name !== found.kind && { type: found.kind }),
    ...issuerOf(found),
    clientId: from.text("client_id"),
    clientSecret: clientSecret(from, name),
    clientKeyFile: found.kind === "login.gov" ? from.text("jwt_key_file") : undefined,
    scope: scopeOf(from, found),
    label: from.text("provider_display_name"),
    ...claims(from),
    ...trust(from, found),
    ...tenants(from, found),
    ...authorization(from),
    ...endpoints(from, found),
    ...particular(from, found),
    audience: someOf(from.list("oidc_extra_audiences")),
  };
  if (from.text("client_id") === undefined) from.problem("client_id", "is missing");
  return { kind: found.kind, name, entry: present(entry) };
}

/** Without what nobody has written. */
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
  if (file !== undefined) from.note("to do", "client_secret_file", `set ${variable}=${file}`);
  return file === undefined ? from.text("client_secret") : undefined;
}

/** oauth2-proxy asks for groups once it needs them; and without `openid` there is no ID token. */
function scopeOf(from: Settings, { kind }: Kind): string | undefined {
  const written = from.text("scope");
  const isOAuthOnly = providers.get(kind)?.isOAuthOnly === true;
  if (written === undefined)
    return kind === "oidc" && from.has("allowed_groups")
      ? "openid email profile groups"
      : undefined;
  if (isOAuthOnly || written.split(/\s+/).includes("openid")) return written;
  from.note("different", "scope", "openid is added: doorward takes who it is from the ID token");
  return `openid ${written}`;
}

function claims(from: Settings): Record<string, unknown> {
  const [email, userId] = [from.text("oidc_email_claim"), from.text("user_id_claim")];
  return {
    // Its old name for the same, which the new one overrides.
    emailClaim: email ?? (userId === "email" ? undefined : userId),
    groupsClaim: from.text("oidc_groups_claim"),
  };
}

/** oauth2-proxy takes an address that the issuer says nothing of; doorward must be told to. */
function trust(from: Settings, { kind }: Kind): Record<string, unknown> {
  const isAsked = from.isOn("insecure_oidc_allow_unverified_email");
  if (providers.get(kind)?.guide?.emails === "unsaid") {
    const message = `the provider never says whether an address is verified, and oauth2-proxy took it all the same; so trustEmail: true stands in the file. Keep it only if nobody there can choose the address (docs/providers.md)`;
    from.note("to do", "provider", message);
    return { trustEmail: true };
  }
  if (!isAsked) return {};
  const message = "an address that the provider calls unverified still does not count";
  from.note("different", "insecure_oidc_allow_unverified_email", message);
  return { trustEmail: true };
}

function tenants(from: Settings, { kind, issuer = "" }: Kind): Record<string, unknown> {
  const allowed = from.list("entra_id_allowed_tenants");
  const isSkipping = from.isOn("insecure_oidc_skip_issuer_verification");
  const isOfMany = kind === "entra-id" && /\/(common|organizations)\/v2\.0$/.test(issuer);
  if (isOfMany) return { tenants: allowed };
  if (isSkipping)
    from.note(
      "left out",
      "insecure_oidc_skip_issuer_verification",
      "the issuer of a token must be the one that is configured",
    );
  const [own] = /[0-9a-f]{8}-[0-9a-f-]{27}/i.exec(issuer) ?? [];
  if (allowed.length > 0 && own !== undefined) {
    if (allowed.includes(own))
      from.note("left out", "entra_id_allowed_tenants", "the issuer is that one tenant's");
    else
      from.problem(
        "entra_id_allowed_tenants",
        `does not hold ${own}, whose issuer it is: nobody could sign in`,
      );
  }
  return {};
}

/** What a provider has to be asked with. */
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
    "doorward asks Google for groups by a service account's key file: write directory.serviceAccountFile and directory.admin, or nobody passes";
  const credentials = "google_use_application_default_credentials";
  const option = from.has("google_groups") ? "google_groups" : "allowed_groups";
  if (from.isOn(credentials)) from.note("to do", credentials, message);
  else from.problem(option, "needs google_admin_email and google_service_account_json beside it");
  return {};
}
