import type { RequestListener } from "node:http";
import type { Admit } from "../credentials/authenticate-credentials.ts";
import { createBearer } from "../credentials/bearer.ts";
import { createPasswords } from "../credentials/passwords.ts";
import { indexByHost } from "../policy/rule-index.ts";
import { compileRules } from "../policy/rules.ts";
import type { Tries } from "../credentials/failed-tries.ts";
import { openUsers, type Users } from "../credentials/users.ts";
import { createAuth } from "../verify/oauth2-proxy-auth.ts";
import type { Config } from "../config/schema.ts";
import { createSiteFinder, createSites, type Site } from "../config/site.ts";
import type { Door, House } from "../context.ts";
import { holdStore, openLasting, type Lasting } from "./carried-over.ts";
import { createListener } from "./router.ts";
import { createCounts } from "../observe/counts.ts";
import type { Log } from "../observe/log.ts";
import { createParties } from "./relying-parties.ts";
import { Sessions, type SessionOptions } from "../session/sessions.ts";
import { createOpenAuthentication } from "../sign-in/client-authentication.ts";
import { createIssuerFetch } from "../sign-in/issuer-fetch.ts";
import type { RelyingParty } from "../sign-in/relying-party.ts";
import { createReturnTargets } from "../sign-in/return-target.ts";
import { SignOutReturns } from "../sign-in/sign-out-return.ts";
import { Transactions } from "../sign-in/transaction.ts";
import { createVerify } from "../verify/verify.ts";

/** What a test may hold in its hand. */
export interface Surroundings {
  readonly log: Log;
  readonly now?: () => number;
  readonly fetch?: typeof globalThis.fetch;
}

export interface App extends Lasting {
  readonly listener: RequestListener;
  readonly parties: ReadonlyMap<string, RelyingParty>;
  /** Finishes what is being written and lets go of the store. */
  close(): Promise<void>;
}

/**
 * The service made from a configuration: four endpoints a site, behind one listener. It takes over what
 * outlives a configuration from the app `before` it, which is left as it was.
 */
export async function createApp(
  config: Config,
  surroundings: Surroundings,
  before?: App,
): Promise<App> {
  const { log, now = Date.now, fetch = globalThis.fetch } = surroundings;
  const users = config.users === undefined ? undefined : openUsers(config.users, log, now);
  const issuerFetch = createIssuerFetch(fetch);
  const openAuthentication = createOpenAuthentication(log);
  const partyParts = { fetch: issuerFetch, now, log, openAuthentication };
  const parties = createParties(config, partyParts, before?.parties);
  await Promise.all([...parties.values()].map(({ directory }) => directory?.checkKey()));
  const lasting = await openLasting(config.storage, { log, now }, before);
  const held = holdStore(lasting);
  const sessions = createSessions(config, { store: held.store, parties, log, now });
  const { store, tries, counts } = lasting;
  const admit = createAdmit(config, users, { tries, parties, fetch: issuerFetch, now });
  const house = createHouse(config, { sessions, admit, counts, log, now });
  const doors = house.sites.map((site): Door => ({
    ...house,
    site,
    parties: offered(parties, site),
    store,
  }));
  return {
    ...lasting,
    listener: createListener(doors, { verify: createVerify(house), auth: createAuth(house) }, log),
    parties,
    close: () => sessions.settle().then(held.release),
  };
}

/** Sessions by what the configuration says of their times, and of whose still count. */
function createSessions(
  config: Config,
  parts: Pick<SessionOptions, "store" | "parties" | "log" | "now">,
): Sessions {
  const offers = new Map(createSites(config).map(({ url, providers: names }) => [url.href, names]));
  const passesOn = (token: string) =>
    Object.values(config.headers).some((source) => source.endsWith(token));
  return new Sessions({
    ...parts,
    secrets: config.secret,
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
      const party = parts.parties.get(identity.provider);
      // A subject means somebody at one issuer only, and a session is for one client only.
      if (party?.issuers.includes(identity.issuer) !== true) return false;
      return party.settings.clientId === clientId;
    },
  });
}

/** What all sites share. */
export function createHouse(
  config: Config,
  parts: Pick<House, "sessions" | "log" | "now"> & Partial<Pick<House, "admit" | "counts">>,
): House {
  const sites = createSites(config);
  const rules = compileRules(config.rules);
  return {
    admit: undefined,
    counts: createCounts(),
    ...parts,
    config,
    sites,
    siteOf: createSiteFinder(sites),
    rules,
    rulesOf: indexByHost(rules),
    transactions: new Transactions(config.secret, parts.now),
    signOutReturns: new SignOutReturns(config.secret),
    returnTarget: createReturnTargets(sites, config.allowedRedirects),
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
  parts: Omit<Parameters<typeof createBearer>[0], "rules"> & { readonly tries: Tries },
): Admit | undefined {
  const takesTokens = rules.some(({ bearer }) => bearer !== undefined);
  const bearer = takesTokens ? createBearer({ ...parts, rules }) : undefined;
  const passwords = users && createPasswords(users, parts.tries, parts.now);
  if (passwords === undefined) return bearer;
  return (...asked) => passwords(...asked) ?? bearer?.(...asked);
}
