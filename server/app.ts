import type { RequestListener } from "node:http";
import { providers } from "../providers/registry.ts";
import type { Admit } from "./access/admission.ts";
import { createBearer } from "./access/bearer.ts";
import { createPasswords } from "./access/passwords.ts";
import { indexByHost } from "./access/rule-index.ts";
import { compileRules } from "./access/rules.ts";
import { openUsers, type Users } from "./access/users.ts";
import type { Config } from "./config/schema.ts";
import { createSiteFinder, createSites, type Site } from "./config/site.ts";
import type { Door, House } from "./door.ts";
import { createListener } from "./listener.ts";
import { createCounts, type Counts } from "./observe/counts.ts";
import type { Log } from "./observe/log.ts";
import { Sessions } from "./session/sessions.ts";
import { openStore, type Store } from "./session/storage.ts";
import { createIssuerFetch } from "./sign-in/issuer-fetch.ts";
import { createRelyingParty, type RelyingParty } from "./sign-in/relying-party.ts";
import { createReturnTargets } from "./sign-in/return-target.ts";
import { SignOutReturns } from "./sign-in/sign-out-return.ts";
import { Transactions } from "./sign-in/transaction.ts";
import { createVerify } from "./verify.ts";

/** What a test may hold in its hand. */
export interface Surroundings {
  readonly log: Log;
  readonly now?: () => number;
  readonly fetch?: typeof globalThis.fetch;
}

export interface App {
  readonly listener: RequestListener;
  readonly parties: ReadonlyMap<string, RelyingParty>;
  readonly store: Store;
  readonly counts: Readonly<Counts>;
  /** Finishes what is being written and lets go of the store. */
  close(): Promise<void>;
}

/** The service made from a configuration: four endpoints a site, behind one listener. */
export async function createApp(config: Config, surroundings: Surroundings): Promise<App> {
  const { log, now = Date.now, fetch = globalThis.fetch } = surroundings;
  const users = config.users === undefined ? undefined : await openUsers(config.users, log, now);
  const store = await openStore(config.storage, log);
  const issuerFetch = createIssuerFetch(fetch);
  const parties = createParties(config, { fetch: issuerFetch, now });
  const offers = new Map(createSites(config).map(({ url, providers: names }) => [url.href, names]));
  const passesOn = (token: string) =>
    Object.values(config.headers).some((source) => source.endsWith(token));
  const sessions = new Sessions({
    store,
    secrets: config.secret,
    parties,
    lifetimeMs: config.session.lifetime,
    idleMs: config.session.idle,
    refreshMs: config.session.refresh,
    graceMs: config.session.grace ?? config.session.lifetime,
    shown: ({ accessToken, idToken }) => ({
      accessToken: passesOn("accessToken") ? accessToken : undefined,
      idToken: passesOn("idToken") ? idToken : undefined,
    }),
    keepsIdToken: config.signOut === "issuer",
    isCurrent: ({ identity, clientId, site: siteUrl }) => {
      if (offers.get(siteUrl)?.includes(identity.provider) === false) return false;
      const party = parties.get(identity.provider);
      // A subject means somebody at one issuer only, and a session is for one client only.
      return party?.issuer === identity.issuer && party.settings.clientId === clientId;
    },
    log,
    now,
  });
  const admit = createAdmit(config, users, { parties, fetch: issuerFetch, now });
  const house = createHouse(config, { sessions, admit, log, now });
  const doors = house.sites.map((site): Door => ({
    ...house,
    site,
    parties: offered(parties, site),
    store,
  }));
  const close = async () => {
    await sessions.settle();
    await store.close();
  };
  return {
    listener: createListener(doors, createVerify(house), log),
    parties,
    store,
    counts: house.counts,
    close,
  };
}

/** What all sites share. */
export function createHouse(
  config: Config,
  parts: Pick<House, "sessions" | "log" | "now"> & Partial<Pick<House, "admit">>,
): House {
  const sites = createSites(config);
  const rules = compileRules(config.rules);
  return {
    admit: undefined,
    ...parts,
    config,
    sites,
    siteOf: createSiteFinder(sites),
    rules,
    rulesOf: indexByHost(rules),
    transactions: new Transactions(config.secret, parts.now),
    signOutReturns: new SignOutReturns(config.secret),
    returnTarget: createReturnTargets(sites, config.allowedRedirects),
    counts: createCounts(),
  };
}

function offered(
  parties: ReadonlyMap<string, RelyingParty>,
  { providers: names }: Site,
): Map<string, RelyingParty> {
  return new Map([...parties].filter(([name]) => names?.includes(name) !== false));
}

/** Whoever needs no session: by a password of the file, else by a token. */
function createAdmit(
  { rules }: Config,
  users: Users | undefined,
  parts: Omit<Parameters<typeof createBearer>[0], "rules">,
): Admit | undefined {
  const takesTokens = rules.some(({ bearer }) => bearer !== undefined);
  const bearer = takesTokens ? createBearer({ ...parts, rules }) : undefined;
  const passwords = users && createPasswords(users, parts.now);
  if (passwords === undefined) return bearer;
  return (...asked) => passwords(...asked) ?? bearer?.(...asked);
}

/** Our registrations, by the names of the providers. */
export function createParties(
  config: Config,
  parts: Omit<Parameters<typeof createRelyingParty>[3], "isAlone">,
): Map<string, RelyingParty> {
  const parties = new Map<string, RelyingParty>();
  const isAlone = Object.keys(config.providers).length === 1;
  for (const [name, settings] of Object.entries(config.providers)) {
    const provider = providers.get(settings.type ?? name);
    if (provider !== undefined)
      parties.set(name, createRelyingParty(name, provider, settings, { ...parts, isAlone }));
  }
  return parties;
}
