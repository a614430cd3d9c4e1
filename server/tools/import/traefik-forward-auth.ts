import { duration } from "./go-values.ts";
import { faultsOf, render, type Imported } from "./imported.ts";
import { readTraefikForwardAuth } from "./ini-settings.ts";
import type { NoteKind } from "./notes.ts";
import { present } from "./provider.ts";
import type { ImportFile } from "./setting.ts";
import { TraefikOptions } from "./traefik-options.ts";
import { importTraefikProvider } from "./traefik-provider.ts";
import { importTraefikRules } from "./traefik-rules.ts";

/** traefik-forward-auth's files as one `doorward.yaml` that lets nobody in whom they kept out. */
export function importTraefikForwardAuth(files: readonly ImportFile[]): Imported {
  const readings = files.map(readTraefikForwardAuth);
  const from = new TraefikOptions(
    readings.flatMap(({ settings }) => settings),
    files[0]?.name ?? "",
  );
  const config = configOf(from);
  tell(from);
  const problems = [...readings.flatMap((reading) => reading.problems), ...from.problems];
  if (problems.length === 0)
    problems.push(
      ...faultsOf(config).map(({ path, message }) => ({
        place: files[0]?.name ?? "",
        message: `${path}: ${message}`,
      })),
    );
  const yaml = problems.length > 0 ? undefined : render("traefik-forward-auth", config);
  return { yaml, notes: from.notes, problems };
}

function configOf(from: TraefikOptions): Record<string, unknown> {
  const seconds = Number(from.text("lifetime") ?? 43_200);
  if (!Number.isInteger(seconds) || seconds < 1)
    from.problem("lifetime", "is no number of seconds");
  const lifetime = duration(Number.isInteger(seconds) && seconds > 0 ? seconds : 43_200);
  const header = from.list("header-names");
  return present({
    ...site(from),
    providers: importTraefikProvider(from),
    ...importTraefikRules(from),
    session: { lifetime, idle: lifetime },
    headers: Object.fromEntries(
      (header.length === 0 ? ["X-Forwarded-User"] : header).map((name) => [name, "email"]),
    ),
    allowedRedirects: logoutTarget(from),
    listen: { host: "0.0.0.0", port: Number(from.text("port") ?? 4181) },
  });
}

/** With a host for sign-ins the endpoints are there; without one they lay over each app. */
function site(from: TraefikOptions): Record<string, unknown> {
  const path = `/${(from.text("url-path") ?? "_oauth").replace(/^\/+|\/+$/g, "")}`;
  const domains = [...from.list("cookie-domain"), ...from.list("cookie-domains")].map((domain) =>
    domain.replace(/^\./, ""),
  );
  const host = from.text("auth-host");
  const guess = host ?? domains[0] ?? "app.example.com";
  const url = `https://${guess}${path}`;
  if (host === undefined)
    from.note(
      "to do",
      "auth-host",
      `is missing, for the endpoints lay over every host; doorward wants to be told: change url, now ${url}, or list several in sites (docs/rules.md#several-sites)`,
    );
  from.note(
    "to do",
    "url-path",
    `register ${url}/callback at the issuer, in the place of ${url}; let Traefik send ${path}/ to doorward, but not ${path}/verify, and ask ${path}/verify (\`doorward config traefik\` prints how)`,
  );
  const [domain] = domains
    .filter((one) => guess === one || guess.endsWith(`.${one}`))
    .toSorted((one, other) => other.length - one.length);
  const others = domains.filter((one) => one !== domain);
  if (others.length > 0)
    from.note(
      "to do",
      "cookie-domain",
      `${others.join(", ")}: a site has one cookie domain; give each a site of its own (docs/rules.md#several-sites)`,
    );
  return { url, ...(domain !== undefined && { cookie: { domain } }) };
}

function logoutTarget(from: TraefikOptions): string[] | undefined {
  const written = from.text("logout-redirect");
  const target = URL.parse(written ?? "");
  if (written === undefined) return undefined;
  from.note(
    "to do",
    "logout-redirect",
    `signing out is at …/sign_out?rd=${encodeURIComponent(written)}: change the links`,
  );
  return target === null ? undefined : [target.host];
}

/** Options that are doorward's own affair, or the proxy's. */
function tell(from: TraefikOptions): void {
  const reasons: Readonly<Record<string, readonly [NoteKind, string]>> = {
    secret: [
      "to do",
      "is not taken over: `doorward secret` prints a new one, for `secret` or DOORWARD_SECRET_FILE",
    ],
    "cookie-secret": ["to do", "is not taken over: `doorward secret` prints a new one"],
    "cookie-name": [
      "different",
      "the cookie is __Host-doorward, or __Secure-doorward with cookie.domain",
    ],
    "csrf-cookie-name": ["left out", "each sign-in has a cookie of its own"],
    "insecure-cookie": [
      "to do",
      "the cookie is always Secure, but on localhost: doorward wants https",
    ],
    "cookie-secure": ["different", "the cookie is always Secure, but on localhost"],
    "log-level": ["left out", "doorward logs a JSON line an event to stdout"],
    "log-format": ["left out", "doorward logs a JSON line an event to stdout"],
    "user-id-path": [
      "to do",
      "people are told by their verified address: name another claim in headers, and other people in access",
    ],
    config: ["to do", "is another file: name it on the command line too"],
  };
  for (const [name, [kind, message]] of Object.entries(reasons))
    if (from.text(name) !== undefined) from.note(kind, name, message);
  from.note(
    "different",
    "sessions",
    "those of traefik-forward-auth do not carry over: everybody signs in once more",
  );
  from.note("different", "email", "an address counts only when the issuer calls it verified");
}
