import type { Surroundings } from "./formats/given-files.ts";
import { eachHostNote, sitesOfEachHost } from "./each-host.ts";
import { duration } from "./go-values.ts";
import { faultsOf, render, type Imported } from "./imported.ts";
import { withValue } from "./notes.ts";
import { present } from "./provider.ts";
import type { ImportFile } from "./setting.ts";
import { traefikLeftOut } from "./traefik-left-out.ts";
import { TraefikOptions } from "./traefik-options.ts";
import { importTraefikProvider } from "./traefik-provider.ts";
import { readTraefikForwardAuth } from "./traefik-settings.ts";
import { importTraefikRules } from "./traefik-rules.ts";

/** Imports traefik-forward-auth's files as one `doorward.yaml` that never gives access to a visitor whom they refused. */
export function importTraefikForwardAuth(
  files: readonly ImportFile[],
  _readBeside: unknown,
  surroundings: Surroundings,
): Imported {
  const reading = readTraefikForwardAuth(files, surroundings);
  const from = new TraefikOptions(reading.settings, files[0]?.name ?? "");
  const config = configOf(from);
  noteOtherOptions(from);
  from.notes.push(...reading.notes);
  const problems = [...reading.problems, ...from.problems];
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
    from.problem("lifetime", `"${from.text("lifetime")}" is not a whole number of seconds`);
  const lifetime = duration(Number.isInteger(seconds) && seconds > 0 ? seconds : 43_200);
  const header = from.list("header-names");
  const policy = importTraefikRules(from);
  return present({
    ...site(from, policy.rules?.flatMap(({ host }) => host ?? []) ?? []),
    providers: importTraefikProvider(from),
    ...policy,
    session: { lifetime, idle: lifetime },
    headers: Object.fromEntries(
      (header.length === 0 ? ["X-Forwarded-User"] : header).map((name) => [name, "email"]),
    ),
    allowedRedirects: logoutTarget(from),
    listen: { host: "0.0.0.0", port: Number(from.text("port") ?? 4181) },
  });
}

/** With auth-host, the endpoints are on that host; without it, on every app's host, such as those of the rules. */
function site(from: TraefikOptions, ruleHosts: readonly unknown[]): Record<string, unknown> {
  const path = `/${(from.text("url-path") ?? "_oauth").replace(/^\/+|\/+$/g, "")}`;
  const domains = [...from.list("cookie-domain"), ...from.list("cookie-domains")].map((domain) =>
    domain.replace(/^\./, ""),
  );
  const host = from.text("auth-host");
  const url = `https://${host ?? "{host}"}${path}`;
  from.note(
    "to do",
    "url-path",
    `register ${url}/callback at the issuer instead of ${url}; in Traefik, route ${path}/ to doorward, except ${path}/verify, and use ${path}/verify as the forwardAuth address (\`doorward config traefik\` prints the configuration)`,
  );
  if (host === undefined) {
    const names = ruleHosts.filter((name) => typeof name === "string");
    const eachHost = sitesOfEachHost(path, domains, names);
    from.note("to do", "auth-host", eachHostNote("is missing", "traefik-forward-auth", eachHost));
    return { ...eachHost };
  }
  const hostname = host.replace(/:\d+$/, "");
  const [domain] = domains
    .filter((one) => hostname === one || hostname.endsWith(`.${one}`))
    .toSorted((one, other) => other.length - one.length);
  const others = domains.filter((one) => one !== domain);
  if (others.length > 0)
    from.note(
      "to do",
      "cookie-domain",
      `"${others.join(", ")}" is left out, because a site has one cookie domain: add a site for each (docs/rules.md#several-sites)`,
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
    `the sign-out address is now …/sign_out?rd=${encodeURIComponent(written)}: change your links`,
  );
  return target === null ? undefined : [target.host];
}

/** Notes about options without a counterpart. */
function noteOtherOptions(from: TraefikOptions): void {
  for (const { names, kind = "left out", message } of traefikLeftOut)
    for (const name of names.split(" "))
      if (from.text(name) !== undefined)
        from.note(kind, name, withValue(shownValue(from, name), message));
  from.note(
    "different",
    "sessions",
    "sessions of traefik-forward-auth are not imported: every visitor signs in again",
  );
  from.note(
    "different",
    "email",
    "an address counts only if the issuer reports it as verified: if it never does, see trustEmail in docs/providers.md",
  );
}

/** The value of an option that is not a secret. */
function shownValue(from: TraefikOptions, name: string): string | undefined {
  return name.endsWith("secret") ? undefined : from.text(name);
}
