import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Config } from "../../config/schema.ts";
import { isObject } from "../../config/shape.ts";
import type { Sides } from "./sides.ts";

/** Those whose effect the decisions show, and those of the process and its pages. */
type Excluded =
  | ("access" | "rules")
  | ("replicas" | "admin" | "listen" | "log")
  | ("pages" | "signOut" | "skipProviderButton");

/** Settings outside the rules that change who passes, what apps receive or where visitors are led, and how. */
const effects = {
  url: "every session of the site ends, and its redirect URI changes",
  hosts: "sites appear or disappear",
  cookie: "every session of the site ends",
  sites: "sites, their cookies or their providers change",
  secret: "sessions that no remaining secret decrypts end",
  providers: "other people may sign in, or with other claims",
  users: "the password file is another one",
  session: "sessions last for another time",
  storage: "every session ends",
  headers: "apps receive other identity headers",
  assertion: "apps receive other assertions, or none",
  allowedRedirects: "a sign-in or sign-out may lead to other addresses",
  trustedProxies: "/verify answers other proxies, and other addresses count as the visitor's",
  dialect: "/verify reads other headers of the proxy",
  compat: "/verify answers at other paths",
} as const satisfies Readonly<Record<Exclude<keyof Config, Excluded>, string>>;

/** Settings with another effect than those next to them. */
const ownEffects: ReadonlyMap<string, string> = new Map([
  ["session.perHost", "every session ends, and visitors sign in at another address"],
  [
    "session.remember",
    "lists of sessions show the address and the browser of a sign-in, or no longer do",
  ],
]);

/**
 * Each changed setting with its effect, without its value, which may be a secret. `folders`: those of the files, in which
 * relative paths start.
 */
export function changedSettings(configs: Sides<Config>, folders: Sides<string>): string[] {
  const before = comparable(configs.old, folders.old);
  const after = comparable(configs.new, folders.new);
  return Object.entries(effects).flatMap(([name, effect]) => {
    const places = changedPlaces(before.get(name), after.get(name), name);
    const byEffect = Map.groupBy(places, (place) => ownEffects.get(place) ?? effect);
    return [...byEffect].map(([words, alike]) => `${alike.join(", ")}: ${words}`);
  });
}

/** Without what the decisions show, and with paths as the file has them. */
function comparable(config: Config, folder: string): ReadonlyMap<string, unknown> {
  const sites = config.sites?.map((site) => ({ ...site, access: undefined }));
  const written = JSON.stringify({ ...config, sites }, (_, value: unknown) =>
    typeof value === "string" ? withoutFolder(value, folder) : value,
  );
  const parsed: unknown = JSON.parse(written);
  return new Map(isObject(parsed) ? Object.entries(parsed) : []);
}

function withoutFolder(text: string, folder: string): string {
  const start = [`${resolve(folder)}/`, `${folder}/`].find((one) => text.startsWith(one));
  return start === undefined ? text : text.slice(start.length);
}

/** Below a mapping, the entries that changed; lists are compared as a whole. */
function changedPlaces(before: unknown, after: unknown, path: string): string[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isObject(before) || !isObject(after)) return [path];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => changedPlaces(before[name], after[name], `${path}.${name}`));
}
