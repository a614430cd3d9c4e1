import { unknown } from "../../config/unknown-keys.ts";
import type { Settings } from "./settings.ts";

/** Which kind of ours one of theirs is, and at which issuer, as far as that can be told. */
export interface Kind {
  readonly kind: string;
  readonly issuer?: string | undefined;
  /** Options that the issuer or the kind says already. */
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
  oidc: plain("oidc"),
  sourcehut: plain("sourcehut"),
};

/** Reads which provider it is; undefined = there is a problem, and it is told. */
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

/** Another host is GitHub Enterprise Server or, by the address of its API, a Gitea or a Forgejo. */
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

/** Version 1 of Microsoft's tokens has another issuer, and is a kind of its own here. */
function microsoft(from: Settings): Kind | undefined {
  const written = from.text("oidc_issuer_url");
  const tenant = from.text("azure_tenant") ?? "common";
  const [, oldTenant] = /^https:\/\/sts\.windows\.net\/([^/]+)\/?$/.exec(written ?? "") ?? [];
  if (oldTenant !== undefined)
    return { kind: "azure", issuer: `https://sts.windows.net/${oldTenant}/`, implied: urls };
  const issuer = written ?? `${microsoftLogin}/${tenant}/v2.0`;
  const option = written === undefined ? "azure_tenant" : "oidc_issuer_url";
  if (isNamedTenant(issuer)) {
    from.problem(option, "names a tenant by its domain: write its id, which the portal shows");
    return undefined;
  }
  const isOfMany = /\/(common|organizations)\/v2\.0$/.test(issuer);
  if (isOfMany && !from.has("entra_id_allowed_tenants")) {
    const message = "stands for every tenant there is, and doorward has to know which may sign in";
    from.problem(option, `${message}: list their ids in entra_id_allowed_tenants`);
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
