import { importAccess, type ReadBeside } from "./access.ts";
import { importHeaders, isProxying } from "./headers.ts";
import { faultsOf, render, type Imported } from "./imported.ts";
import { noteLeftOut } from "./left-out.ts";
import type { Surroundings } from "./formats/given-files.ts";
import { importListeners } from "./listeners.ts";
import { importProvider, present } from "./provider.ts";
import { readOAuth2Proxy } from "./read.ts";
import { relativePathNotes } from "./relative-paths.ts";
import { importRules } from "./rules.ts";
import { importSession } from "./session.ts";
import type { ImportFile, Problem } from "./setting.ts";
import { Settings } from "./settings.ts";
import { importRedirects, importSite } from "./site.ts";
import { importStorage } from "./storage.ts";

/**
 * Imports oauth2-proxy's files as one `doorward.yaml` that never gives access to a visitor whom they refused.
 * Reports all problems at once; with a problem there is no file.
 */
export function importOAuth2Proxy(
  files: readonly ImportFile[],
  readBeside: ReadBeside,
  surroundings: Surroundings,
): Imported {
  const reading = readOAuth2Proxy(files, surroundings);
  const from = new Settings(reading.settings, files[0]?.name ?? "");
  const config = configOf(from, (path) => reading.texts.get(path) ?? readBeside(path));
  noteLeftOut(from);
  from.notes.push(...reading.notes);
  from.notes.push(sessionsNote, ...relativePathNotes(config ?? {}));
  const isEmpty = reading.settings.length === 0 && reading.problems.length > 0;
  const problems = [...reading.problems, ...(isEmpty ? [] : from.problems)];
  // Only without other problems: these faults would only repeat them.
  if (problems.length === 0 && config !== undefined) problems.push(...faultsIn(from, config));
  const yaml =
    problems.length > 0 || config === undefined ? undefined : render("oauth2-proxy", config);
  return { yaml, notes: from.notes, problems };
}

const sessionsNote = {
  kind: "different",
  subject: "sessions",
  message: "sessions of oauth2-proxy are not imported: every visitor signs in again",
} as const;

function configOf(from: Settings, readBeside: ReadBeside): Record<string, unknown> | undefined {
  const site = importSite(from);
  const provider = importProvider(from);
  if (provider === undefined) return undefined;
  const allowed = importAccess(from, provider, readBeside);
  const { rules, users, trustedProxies } = importRules(from, allowed, readBeside);
  noteProxy(from, trustedProxies);
  return present({
    ...site,
    compat: "oauth2-proxy",
    skipProviderButton: from.isOn("skip_provider_button") || undefined,
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

/** oauth2-proxy can be the proxy itself, and trusts every peer. */
function noteProxy(from: Settings, trustedProxies: readonly string[] | undefined): void {
  if (isProxying(from)) from.note("to do", "upstreams", upstreamsNote);
  if (trustedProxies === undefined || !from.isOn("reverse_proxy"))
    from.note("different", "reverse_proxy", proxiesNote);
  from.note("different", "compat", compatNote);
}

const upstreamsNote =
  "doorward does not forward requests: put a proxy in front of the app that asks doorward about each request (`doorward config nginx`, caddy or traefik prints its configuration)";

const proxiesNote =
  "doorward accepts requests only from proxies at loopback and private addresses: if yours has another address, list it in trustedProxies";

const compatNote =
  "/oauth2/auth answers your proxy as before, but no rule makes a page public there: change the proxy to /oauth2/verify, then remove compat (docs/migrate.md)";

/** The option that each setting comes from. */
const origins: readonly (readonly [path: RegExp, option: string])[] = [
  [/^url/, "redirect_url"],
  [/^(cookie|hosts|sites)/, "cookie_domains"],
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

/** The faults of the imported file as problems. An issuer's plain http becomes a note: only the issuer can change it. */
function faultsIn(from: Settings, config: Record<string, unknown>): Problem[] {
  return faultsOf(config).flatMap(({ path, message }) => {
    const option = origins.find(([pattern]) => pattern.test(path))?.[1] ?? path;
    if (!path.startsWith("providers.") || from.text(option)?.startsWith("http://") !== true)
      return [{ place: from.place(option), message: `${option} (${path}): ${message}` }];
    from.note("to do", option, `${message}; ${untilThen}`);
    return [];
  });
}

const untilThen =
  "the file contains it, but doorward does not start until then: let the issuer serve https, or write the https address by which browsers reach it";
