import { kindOfIssuer } from "../../../providers/registry.ts";
import { unknown } from "../../config/unknown-keys.ts";
import type { Settings } from "./settings.ts";

/** The doorward kind of an oauth2-proxy provider, and its issuer if it can be derived. */
export interface Kind {
  readonly kind: string;
  readonly issuer?: string | undefined;
  /** The claim of the address, if the kind's own rules would accept more. */
  readonly emailClaim?: string;
  /** Options that the issuer or the kind makes redundant. */
  readonly implied?: readonly string[];
}

type FindKind = (from: Settings) => Kind | undefined;

const urls = ["login_url", "redeem_url", "profile_url", "validate_url"];

const kinds: Readonly<Record<string, FindKind>> = {
  adfs: plain("adfs"),
  azure: microsoft,
  bitbucket: plain("bitbucket"),
  cidaas: plain("cidaas"),
  digitalocean: plain("digitalocean"),
  "entra-id": microsoft,
  facebook: plain("facebook"),
  github: ofGitHub,
  gitlab: (from) => ({
    kind: "gitlab",
    issuer: from.text("oidc_issuer_url") ?? originOf(from.text("login_url"), "https://gitlab.com"),
  }),
  google: plain("google"),
  keycloak: ofKeycloak,
  "keycloak-oidc": ofKeycloak,
  linkedin: plain("linkedin"),
  "login.gov": plain("login.gov"),
  nextcloud: ofNextcloud,
  oidc: ofOpenIdConnect,
  sourcehut: plain("sourcehut"),
};

/** The kind of the provider; undefined = a problem was reported. */
export function kindOf(from: Settings): Kind | undefined {
  const name = from.text("provider") ?? "google";
  const find = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (find !== undefined) return find(from);
  from.problem("provider", `"${name}" ${unknown(name, Object.keys(kinds))}`);
  return undefined;
}

function plain(kind: string): FindKind {
  return (from) => ({ kind, issuer: from.text("oidc_issuer_url") });
}

/** Another host is GitHub Enterprise Server, or Gitea or Forgejo if its API is at /api/v1. */
function ofGitHub(from: Settings): Kind {
  const origin = originOf(from.text("login_url") ?? from.text("validate_url"), undefined);
  if (origin === undefined || /^https:\/\/(api\.)?github\.com$/.test(origin))
    return { kind: "github" };
  const isGitea = /\/api\/v1(\/|$)/.test(from.text("validate_url") ?? "");
  return { kind: isGitea ? "gitea" : "github", issuer: origin, implied: urls };
}

function ofKeycloak(from: Settings): Kind {
  const [, realm] = /^(.+\/realms\/[^/]+)\/protocol\//.exec(from.text("login_url") ?? "") ?? [];
  return {
    kind: "keycloak",
    issuer: from.text("oidc_issuer_url") ?? realm,
    ...(realm && { implied: urls }),
  };
}

function ofNextcloud(from: Settings): Kind {
  const [, issuer] = /^(.+)\/apps\/oauth2\/authorize/.exec(from.text("login_url") ?? "") ?? [];
  return {
    kind: "nextcloud",
    issuer,
    implied: issuer?.endsWith("/index.php") === true ? urls.slice(0, 2) : urls,
  };
}

const microsoftLogin = "https://login.microsoftonline.com";

/**
 * An issuer at Microsoft's or AD FS' address needs the scope and the claims of its kind. A kind's roles are never
 * groups that oauth2-proxy required by name.
 */
function ofOpenIdConnect(from: Settings): Kind | undefined {
  const issuer = from.text("oidc_issuer_url");
  const better = kindOfIssuer([issuer ?? []].flat())?.kind;
  const hasRole = from.list("allowed_groups").some((group) => group.startsWith("role:"));
  if (better === undefined || hasRole || better === "keycloak") return { kind: "oidc", issuer };
  const message = `the issuer is of the kind ${better}, so the file contains that kind: its scope, and its rules for addresses and groups, are in docs/providers.md`;
  from.note("different", "provider", message);
  // With `oidc`, oauth2-proxy refuses an account without `email`, which at AD FS would count by its `upn`.
  return better === "adfs" ? { kind: better, issuer, emailClaim: "email" } : microsoft(from);
}

/** Microsoft's version 1 tokens have another issuer, which is the kind `azure`. */
function microsoft(from: Settings): Kind | undefined {
  const written = from.text("oidc_issuer_url");
  const tenant = from.text("azure_tenant") ?? "common";
  const [, oldTenant] = /^https:\/\/sts\.windows\.net\/([^/]+)\/?$/.exec(written ?? "") ?? [];
  if (oldTenant !== undefined)
    return { kind: "azure", issuer: `https://sts.windows.net/${oldTenant}/`, implied: urls };
  const issuer = written ?? `${microsoftLogin}/${tenant}/v2.0`;
  const option = written === undefined ? "azure_tenant" : "oidc_issuer_url";
  const value = written ?? tenant;
  if (isNamedTenant(issuer)) {
    const message = `"${value}" names a tenant by its domain: write its id, which the Azure portal shows`;
    from.problem(option, message);
    return undefined;
  }
  const isOfMany = /\/(common|organizations)\/v2\.0$/.test(issuer);
  if (isOfMany && !from.has("entra_id_allowed_tenants")) {
    const message = `"${value}" accepts every tenant: list the ids of your tenants in entra_id_allowed_tenants`;
    from.problem(option, message);
    return undefined;
  }
  return { kind: "entra-id", issuer, implied: urls };
}

function isNamedTenant(issuer: string): boolean {
  const [, tenant = ""] =
    /^https:\/\/login\.microsoftonline\.com\/([^/]+)\/v2\.0$/.exec(issuer) ?? [];
  return tenant.includes(".");
}

function originOf<Fallback>(url: string | undefined, fallback: Fallback): string | Fallback {
  return url === undefined ? fallback : (URL.parse(url)?.origin ?? fallback);
}
