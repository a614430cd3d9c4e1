import { providers } from "../../providers/registry.ts";
import type { Config } from "../config/schema.ts";
import type { SiteEntry } from "../config/site.ts";
import { createSites } from "../config/sites.ts";
import { isFileDriver } from "../config/storage-drivers.ts";
import { configuredScope } from "../sign-in/requested-scope.ts";
import { accessWords, durationWords, isOpen, listed, named, several } from "./access-words.ts";

type Rule = Config["rules"][number];

/** What a configuration means, in one paragraph: for the operator who wrote it, without a secret or a person. */
export function summaryOf(config: Config): string {
  const sites = createSites(config);
  const isForAll = sites.every(({ access }) => access === sites[0]?.access);
  const shown = named(sites, ({ access }) => isOpen(access));
  const more = sites.length - shown.length;
  return [
    ...shown.map((site) => siteWords(site, config) + (isForAll ? "" : ` ${ownAccess(site)}`)),
    ...(more > 0 ? [`And ${more} more sites.`] : []),
    ...(isForAll ? [`${accessOf(config)}: ${accessWords(sites[0]?.access)}.`] : []),
    ...effects.flatMap((effect) => effectWords(effect, config.rules)),
    sessionWords(config.session),
    ...storageWords(config.storage),
    ...askedWords(config),
    `Requests to /verify are accepted from ${trusted(config.trustedProxies)}.`,
  ].join(" ");
}

function accessOf({ rules }: Config): string {
  return rules.length === 0 ? "Access" : "Access where no rule decides";
}

function ownAccess({ access }: SiteEntry): string {
  return `Access there: ${accessWords(access)}.`;
}

function siteWords(site: SiteEntry, config: Config): string {
  const { name, hosts, cookieDomain, first, providers: offered } = site;
  const names = offered ?? Object.keys(config.providers);
  const list = isOpen(site.access) ? listed : several;
  if (hosts !== undefined && first.signInSite !== undefined)
    return `A sign-in at ${first.signInSite.name} counts on ${list(hosts)} and every host under it; each host has a session and a cookie of its own.`;
  const where = hosts === undefined ? name : `${name} on ${list(hosts)} and every host under it`;
  const own = hosts === undefined ? first.url.hostname : "the host of the sign-in";
  const cookie =
    cookieDomain === undefined ? `${own} only` : `${cookieDomain} and every host under it`;
  return `Sign in at ${where} with ${several(names, " or ")}; the cookie goes to ${cookie}.`;
}

/** What rules do, and to which of them it applies. A rule can do several things. */
interface Effect {
  readonly words: string;
  applies(rule: Rule): boolean;
  /** Whether it lets in anyone, or everyone who can sign in. */
  isWayIn?(rule: Rule): boolean;
  /** More about one rule. */
  detail?(rule: Rule): string;
}

const effects: readonly Effect[] = [
  { words: "Denied", applies: ({ deny }) => deny === true },
  {
    words: "Public, without a sign-in",
    applies: ({ allow }) => allow === "public",
    isWayIn: () => true,
  },
  {
    words: "Open to everyone who can sign in",
    applies: ({ allow }) => allow === "signed-in",
    isWayIn: () => true,
  },
  {
    words: "Access by rules",
    applies: ({ allow }) => typeof allow === "object",
    isWayIn: ({ allow }) => typeof allow === "object" && isOpen(allow),
    detail: ({ allow }) => ` for ${accessWords(typeof allow === "object" ? allow : undefined)}`,
  },
  {
    words: "A recent or stronger sign-in is required",
    applies: ({ maxAge, acr }) => maxAge !== undefined || acr !== undefined,
  },
  { words: "CORS preflights pass", applies: ({ preflight }) => preflight === "allow" },
  { words: "Access tokens are accepted", applies: ({ bearer }) => bearer !== undefined },
  { words: "Passwords of `users` are accepted", applies: ({ basic }) => basic === true },
];

function effectWords(effect: Effect, rules: readonly Rule[]): string[] {
  const { words, applies, isWayIn = () => false, detail } = effect;
  const found = rules.filter(applies);
  if (found.length === 0) return [];
  const places = named(found, isWayIn).map(
    (rule) => placeOf(rule, isWayIn(rule) ? listed : several) + (detail?.(rule) ?? ""),
  );
  const opens = (rule: Rule) => applies(rule) && isWayIn(rule);
  const isAfterOthers = !rules.slice(0, Math.max(0, rules.findLastIndex(opens))).every(opens);
  const limit = isAfterOthers ? ", where no earlier rule decides" : "";
  return [`${words}: ${listed(places, found.length)}${limit}.`];
}

/** `app.example.com/public/** (GET, HEAD)`. */
function placeOf(
  { host = ["any host"], path = [], exactPath = [], ...others }: Rule,
  list: (names: readonly string[]) => string,
): string {
  const paths = [...path, ...exactPath];
  const { methods = [], query = [], ip = [], provider = [] } = others;
  const more = [
    several(methods),
    query.length === 0 ? "" : `query ${several(query.map(parameterName), " or ")}`,
    ip.length === 0 ? "" : `from ${several(ip)}`,
    provider.length === 0 ? "" : `signed in by ${several(provider, " or ")}`,
  ].filter((part) => part !== "");
  const place = `${list(host)}${paths.length === 0 ? "" : ` ${list(paths)}`}`;
  return more.length === 0 ? place : `${place} (${more.join("; ")})`;
}

/** Without its value: that of a shared link is a secret. */
function parameterName(parameter: string): string {
  return parameter.split("=", 1)[0] ?? "";
}

function sessionWords({ lifetime, idle, refresh }: Config["session"]): string {
  return `A session ends ${durationWords(lifetime)} after the sign-in, or after ${durationWords(idle)} without a request; the identity is refreshed every ${durationWords(refresh).replace(/^1 /, "")} where the provider supports that.`;
}

function storageWords({ driver, base }: Config["storage"]): string[] {
  return isFileDriver(driver) && base !== undefined ? [`Sessions are stored in ${base}.`] : [];
}

function askedWords(config: Config): string[] {
  const asked = Object.entries(config.providers).flatMap(([name, settings]) => {
    const provider = providers.get(settings.type ?? name);
    return provider === undefined ? [] : `${name} for ${configuredScope(provider, settings)}`;
  });
  return asked.length === 0 ? [] : [`Asked at the sign-in: ${several(asked, "; ")}.`];
}

function trusted([first, ...rest]: readonly string[]): string {
  if (first === undefined) return "no proxy";
  return first === "anyone" ? "every client" : several([first, ...rest]);
}
