import { duration } from "./go-values.ts";
import { faultsOf, render, type Imported } from "./imported.ts";
import { relativePathNotes } from "./relative-paths.ts";
import { present } from "./provider.ts";
import type { ImportFile } from "./setting.ts";
import { importVouchAccess } from "./vouch-access.ts";
import { noteVouchLeftOut } from "./vouch-left-out.ts";
import { VouchOptions } from "./vouch-options.ts";
import { importVouchHeaders } from "./vouch-headers.ts";
import { importVouchProvider, signsOutAtIssuer } from "./vouch-provider.ts";
import { readVouchProxy } from "./vouch-settings.ts";
import { importVouchRedirects, importVouchSites, siteSettings } from "./vouch-site.ts";

/** Imports vouch-proxy's files as one `doorward.yaml` that never gives access to a visitor whom they refused. */
export function importVouchProxy(files: readonly ImportFile[]): Imported {
  const readings = files.map(readVouchProxy);
  const from = new VouchOptions(
    readings.flatMap(({ settings }) => settings),
    files[0]?.name ?? "",
  );
  const config = configOf(from);
  noteVouchLeftOut(from);
  noteAlways(from);
  from.notes.push(...relativePathNotes(config ?? {}));
  const problems = [...readings.flatMap((reading) => reading.problems), ...from.problems];
  // Only without other problems: these faults would only repeat them.
  if (problems.length === 0 && config !== undefined) problems.push(...faultsAt(from, config));
  const yaml =
    problems.length > 0 || config === undefined ? undefined : render("vouch-proxy", config);
  return { yaml, notes: from.notes, problems };
}

function configOf(from: VouchOptions): Record<string, unknown> | undefined {
  const sites = importVouchSites(from);
  const provider = importVouchProvider(from);
  if (provider === undefined) return undefined;
  return present({
    ...siteSettings(sites),
    providers: provider.entries,
    ...importVouchAccess(from, provider.kind),
    session: lifetimes(from),
    signOut: signsOutAtIssuer(from),
    headers: importVouchHeaders(from, provider.kind),
    allowedRedirects: importVouchRedirects(from, sites),
    listen: listenAddress(from),
  });
}

/** In minutes. A cookie without a maximum age ends with the browser, and its token with jwt.maxAge. */
function lifetimes(from: VouchOptions): Record<string, unknown> {
  const token = from.number("vouch.jwt.maxAge") ?? 240;
  const cookie = from.number("vouch.cookie.maxAge") ?? 240;
  if (token === 0) from.problem("vouch.jwt.maxAge", "is 0, and vouch-proxy does not start");
  if (cookie === 0)
    from.note(
      "different",
      "vouch.cookie.maxAge",
      `"0" ended a session with the browser; doorward ends it after ${duration(token * 60)}: set session.lifetime to change that`,
    );
  const lifetime = duration(60 * Math.max(1, cookie === 0 ? token : Math.min(cookie, token)));
  return { lifetime, idle: lifetime };
}

function listenAddress(from: VouchOptions): Record<string, unknown> {
  const host = from.text("vouch.listen") ?? "0.0.0.0";
  const port = from.number("vouch.port") ?? 9090;
  const [cert, key] = [from.text("vouch.tls.cert"), from.text("vouch.tls.key")];
  if ((cert === undefined) !== (key === undefined))
    from.problem(
      `vouch.tls.${cert === undefined ? "key" : "cert"}`,
      "needs the other one: set both",
    );
  const https = cert !== undefined && key !== undefined ? { cert, key } : undefined;
  if (!host.startsWith("unix:")) return present({ host, port, https });
  from.note(
    "to do",
    "vouch.listen",
    `"${host}": doorward does not listen on a socket file: it listens on 127.0.0.1:${port} now, so change the proxy`,
  );
  return present({ host: "127.0.0.1", port, https });
}

function noteAlways(from: VouchOptions): void {
  from.notes.push(
    {
      kind: "to do",
      subject: "/validate",
      message:
        "change the proxy: `doorward config nginx` prints its configuration. /validate is /verify now, /login?url= is /start?rd=, and /logout?url= is /sign_out?rd=",
    },
    {
      kind: "different",
      subject: "sessions",
      message: "sessions of vouch-proxy are not imported: every visitor signs in again",
    },
  );
}

/** The setting that each part of the configuration comes from. */
const origins: readonly (readonly [path: RegExp, name: string])[] = [
  [/^(sites\.\d+\.)?url/, "oauth.callback_url"],
  [/^(sites\.\d+\.)?cookie/, "vouch.cookie.domain"],
  [/^sites/, "oauth.callback_urls"],
  [/^providers\.[^.]+\.clientId/, "oauth.client_id"],
  [/^providers\.[^.]+\.clientSecret/, "oauth.client_secret"],
  [/^providers\.[^.]+\.issuer/, "oauth.auth_url"],
  [/^providers\.[^.]+\.endpoints\.endSession/, "oauth.end_session_endpoint"],
  [/^providers\.[^.]+\.scope/, "oauth.scopes"],
  [/^providers/, "oauth.provider"],
  [/^access\.domains/, "vouch.domains"],
  [/^access\.groups/, "vouch.teamWhitelist"],
  [/^(access|rules)/, "vouch.whiteList"],
  [/^headers/, "vouch.headers.claims"],
  [/^allowedRedirects/, "vouch.post_logout_redirect_uris"],
  [/^listen/, "vouch.port"],
];

function faultsAt(from: VouchOptions, config: Record<string, unknown>) {
  return faultsOf(config).map(({ path, message }) => {
    const name = origins.find(([pattern]) => pattern.test(path))?.[1] ?? path;
    return { place: from.place(name), message: `${name} (${path}): ${message}` };
  });
}
