import { importAccess, type ReadBeside } from "./access.ts";
import { importHeaders, isProxying } from "./headers.ts";
import { faultsOf, render, type Imported } from "./imported.ts";
import { tellLeftOut } from "./left-out.ts";
import { importListeners } from "./listeners.ts";
import { importProvider, present } from "./provider.ts";
import { readOAuth2Proxy } from "./read.ts";
import { importRules } from "./rules.ts";
import { importSession } from "./session.ts";
import type { ImportFile } from "./setting.ts";
import { Settings } from "./settings.ts";
import { importRedirects, importSite } from "./site.ts";
import { importStorage } from "./storage.ts";

/**
 * oauth2-proxy's files as one `doorward.yaml` that lets nobody in whom they kept out. Problems are told all
 * at once, and then there is no file.
 */
export function importOAuth2Proxy(files: readonly ImportFile[], readBeside: ReadBeside): Imported {
  const readings = files.map(readOAuth2Proxy);
  const from = new Settings(
    readings.flatMap(({ settings }) => settings),
    files[0]?.name ?? "",
  );
  const config = configOf(from, readBeside);
  tellLeftOut(from);
  from.notes.push(sessionsNote);
  const problems = [...readings.flatMap((reading) => reading.problems), ...from.problems];
  // Faults of what came of it say nothing new while something else is wrong.
  if (problems.length === 0 && config !== undefined) problems.push(...faultsAt(from, config));
  const yaml =
    problems.length > 0 || config === undefined ? undefined : render("oauth2-proxy", config);
  return { yaml, notes: from.notes, problems };
}

const sessionsNote = {
  kind: "different",
  subject: "sessions",
  message: "those of oauth2-proxy do not carry over: everybody signs in once more",
} as const;

function configOf(from: Settings, readBeside: ReadBeside): Record<string, unknown> | undefined {
  const site = importSite(from);
  const provider = importProvider(from);
  if (provider === undefined) return undefined;
  const allowed = importAccess(from, provider, readBeside);
  const { rules, users, trustedProxies } = importRules(from, allowed, readBeside);
  tellOfProxy(from, trustedProxies);
  return present({
    ...site,
    compat: "oauth2-proxy",
    providers: { [provider.name]: provider.entry },
    access: allowed.isForRule ? undefined : allowed.access,
    rules: rules.length === 0 ? undefined : rules,
    users,
    session: importSession(from),
    storage: importStorage(from),
    headers: importHeaders(from, provider.kind),
    allowedRedirects: importRedirects(from),
    trustedProxies,
    ...importListeners(from),
  });
}

/** oauth2-proxy can be the proxy itself, and believes whoever speaks to it. */
function tellOfProxy(from: Settings, trustedProxies: readonly string[] | undefined): void {
  if (isProxying(from)) from.note("to do", "upstreams", upstreamsNote);
  if (trustedProxies === undefined || !from.isOn("reverse_proxy"))
    from.note("different", "reverse_proxy", proxiesNote);
  from.note("different", "compat", compatNote);
}

const upstreamsNote =
  "doorward forwards no requests: let a proxy do that and ask doorward about each (`doorward config nginx`, caddy or traefik prints how)";

const proxiesNote =
  "doorward answers proxies at loopback and private addresses alone: list yours in trustedProxies if it has another";

const compatNote =
  "a proxy that asks /oauth2/auth is answered as before, but no rule opens anything there; let it ask /oauth2/verify soon, and take compat out (docs/migrate.md)";

/** Where the value of a setting came from. */
const origins: readonly (readonly [path: RegExp, option: string])[] = [
  [/^url/, "redirect_url"],
  [/^cookie/, "cookie_domains"],
  [/^providers\.[^.]+\.clientId/, "client_id"],
  [/^providers\.[^.]+\.clientSecret/, "client_secret"],
  [/^providers\.[^.]+\.(issuer|tenants)/, "oidc_issuer_url"],
  [/^providers\.[^.]+\.scope/, "scope"],
  [/^providers\.[^.]+\.endpoints\.authorization/, "login_url"],
  [/^providers\.[^.]+\.endpoints\.token/, "redeem_url"],
  [/^providers\.[^.]+\.endpoints\.userinfo/, "profile_url"],
  [/^providers\.[^.]+\.endpoints\.jwks/, "oidc_jwks_url"],
  [/^providers\.[^.]+\.projects/, "gitlab_projects"],
  [/^providers/, "provider"],
  [/^access(\.all\.\d+)?\.domains/, "email_domains"],
  [/^access(\.all\.\d+)?\.groups/, "allowed_groups"],
  [/^rules\.\d+\.bearer/, "extra_jwt_issuers"],
  [/^rules\.\d+\.ip/, "trusted_ips"],
  [/^trustedProxies/, "trusted_proxy_ips"],
  [/^allowedRedirects/, "whitelist_domains"],
  [/^storage\.(sentinels|name)/, "redis_sentinel_connection_urls"],
  [/^storage\.cluster/, "redis_cluster_connection_urls"],
  [/^storage/, "redis_connection_url"],
  [/^listen/, "http_address"],
  [/^admin/, "metrics_address"],
];

function faultsAt(from: Settings, config: Record<string, unknown>) {
  return faultsOf(config).map(({ path, message }) => {
    const option = origins.find(([pattern]) => pattern.test(path))?.[1] ?? path;
    return { place: from.place(option), message: `${option} (${path}): ${message}` };
  });
}
