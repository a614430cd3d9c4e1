import { access } from "./access.ts";
import { assertion } from "./assertion.ts";
import { authorization, endpoints } from "./authorization.ts";
import { bearer, tokenIssuers } from "./bearer.ts";
import { client } from "./client.ts";
import { directory, providers } from "./providers.ts";
import { rules } from "./rules.ts";
import { certificate, listeners, log, pages, session } from "./service.ts";
import type { Section, Setting } from "./setting.ts";
import { cookie, sites } from "./sites.ts";
import { storage, storageTls } from "./storage.ts";
import { topLevel } from "./top-level.ts";

/** Every section of docs/configuration.md, in its order. */
export const sections: readonly Section[] = [
  topLevel,
  cookie,
  sites,
  providers,
  client,
  authorization,
  endpoints,
  directory,
  access,
  rules,
  bearer,
  tokenIssuers,
  assertion,
  session,
  storage,
  storageTls,
  pages,
  listeners,
  certificate,
  log,
];

/** The entries about a key, by its path, such as `rules[].host`: exactly one, as a test makes sure. */
export function settingsAt(path: string): readonly Setting[] {
  const [, owner = "", key = ""] = /^(?:(.*)\.)?([^.]+)$/.exec(path) ?? [];
  return sections.flatMap(({ at, settings }) => {
    const setting = Object.hasOwn(settings, key) ? settings[key] : undefined;
    return at.includes(owner) && setting !== undefined ? [setting] : [];
  });
}
