import type { RequestListener } from "node:http";
import type { H3 } from "h3";
import type { AssertionKeys, OpenKeys } from "../assertion/assertion-keys.ts";
import type { AuthenticateCredentials } from "../credentials/authenticate-credentials.ts";
import type { createBearer } from "../credentials/bearer.ts";
import type { OpenPasswords } from "../credentials/open-passwords.ts";
import { indexByHost } from "../policy/rule-index.ts";
import { compileRules } from "../policy/rules.ts";
import { createOAuth2ProxyAuth } from "../verify/oauth2-proxy-auth.ts";
import { createProtectedResources } from "../config/protected-resources.ts";
import type { Config } from "../config/schema.ts";
import type { ForwardProxyOf } from "../config/forward-proxy.ts";
import { createEntryFinder, createSiteFinder } from "../config/site-finder.ts";
import type { SiteEntry } from "../config/site.ts";
import { createSites } from "../config/sites.ts";
import type { AppContext, EntryContext, Verify } from "../context.ts";
import { checkedClock } from "./checked-clock.ts";
import { acquireStore, openSharedState, type SharedState } from "./carried-over.ts";
import { createDispatch } from "./dispatch.ts";
import { createOAuth2ProxyProbes } from "./oauth2-proxy-probes.ts";
import { createRouter } from "./router.ts";
import { createAudit } from "../observe/audit.ts";
import { createCounts } from "../observe/counts.ts";
import type { Log } from "../observe/log.ts";
import type { ConfiguredNames } from "../observe/series.ts";
import { noTracer, type Tracer } from "../observe/tracer.ts";
import { limitLog } from "../observe/visitor-log.ts";
import { openPages } from "../pages/open-pages.ts";
import { createShowPage } from "../pages/show-page.ts";
import { createRelyingParties } from "./relying-parties.ts";
import { HandOvers } from "../session/hand-overs.ts";
import { fingerprintsOf } from "../session/secret-marks.ts";
import { Sessions, type SessionOptions } from "../session/sessions.ts";
import { createOpenAuthentication } from "../sign-in/client-authentication.ts";
import { createForwardFetch } from "../sign-in/forward-fetch.ts";
import { createIssuerFetch } from "../sign-in/issuer-fetch.ts";
import { createKeptFetch } from "../sign-in/kept-fetch.ts";
import type { RelyingParty } from "../sign-in/relying-party.ts";
import { KnownTargets } from "../sign-in/known-targets.ts";
import { RecentStarts } from "../sign-in/recent-starts.ts";
import { createReturnTargets } from "../sign-in/return-target.ts";
import { SignOutReturns } from "../sign-in/sign-out-return.ts";
import { Transactions } from "../sign-in/transaction.ts";
import { timeVerify } from "../verify/timed-verify.ts";
import { createVerify } from "../verify/verify.ts";

/** The dependencies that a test can replace. */
interface Surroundings {
  readonly log: Log;
  readonly now?: () => number;
  readonly fetch?: typeof globalThis.fetch;
  readonly proxyOf?: ForwardProxyOf;
  readonly tracer?: Tracer | undefined;
}

export interface App extends SharedState {
  readonly listener: RequestListener;
  /** The same service for servers that mount h3 apps. */
  loadH3App(): Promise<H3>;
  readonly parties: ReadonlyMap<string, RelyingParty>;
  /** undefined = apps get no assertions. */
  readonly assertionKeys: AssertionKeys | undefined;
  /** Of its secrets, to compare with those of other doorwards. */
  readonly secretMarks: readonly string[];
  /** The names that metrics may have as labels. */
  readonly names: ConfiguredNames;
  /** The number of sessions in the cache. */
  cachedSessions(): number;
  /** Waits for pending writes, then releases the store. */
  close(): Promise<void>;
}

/**
 * The service for one configuration: four endpoints per site, behind one listener. It takes over the `SharedState` of
 * the app `before` it, which it does not change.
 */
export async function createApp(
  config: Config,
  surroundings: Surroundings,
  before?: App,
): Promise<App> {
  const { log, fetch = createKeptFetch(), proxyOf = () => undefined } = surroundings;
  const { tracer = noTracer } = surroundings;
  const now = checkedClock(surroundings.now ?? Date.now);
  const openPasswords = await prepareUsers(config, { log, now });
  const showPage = await openPages(config.pages);
  const issuerFetch = createIssuerFetch(createForwardFetch(fetch, proxyOf));
  const openAuthentication = createOpenAuthentication(log, proxyOf);
  const visitorLog = limitLog(log);
  const audit = createAudit(log, visitorLog, config.log.decisions);
  const counts = before?.counts ?? createCounts();
  const issuerParts = { fetch: issuerFetch, counts, tracer, now };
  const partyParts = { ...issuerParts, log: visitorLog, openAuthentication };
  const parties = createRelyingParties(config, partyParts, before?.parties);
  await Promise.all([...parties.values()].map(({ directory }) => directory?.checkKey()));
  const openKeys = await prepareAssertionKeys(config, { log, now });
  const sharedState = await openSharedState(config.storage, { log, counts, now }, before);
  const held = acquireStore(sharedState);
  const observers = { audit, counts, tracer, log };
  const sessions = createSessions(config, { store: held.store, parties, ...observers, now });
  const { store } = sharedState;
  const assertionKeys = await openKeys(store, before?.assertionKeys);
  const passwords = openPasswords?.(sharedState);
  const authenticateCredentials = await createAuthenticateCredentials(
    config,
    passwords?.authenticate,
    {
      parties,
      ...issuerParts,
    },
  );
  const context = createAppContext(config, {
    sessions,
    authenticateCredentials,
    assertionKeys,
    showPage,
    counts,
    audit,
    log,
    visitorLog,
    now,
  });
  const handOvers = new HandOvers({ store: held.store, secrets: config.secret, now });
  const contexts = context.sites.map((entry): EntryContext => ({
    ...context,
    entry,
    parties: offered(parties, entry),
    store,
    handOvers,
  }));
  const timed = (verify: Verify) => timeVerify(verify, counts.verifySeconds.of());
  const proxyEndpoints = {
    verify: timed(createVerify(context)),
    auth: timed(createOAuth2ProxyAuth(context)),
  };
  const probes = createOAuth2ProxyProbes(store, visitorLog);
  const dispatch = createDispatch(contexts, proxyEndpoints, probes, context.showPage);
  // h3 and the browser endpoints are loaded by the first request that needs them. There is one h3 app, because it has
  // the rate limit.
  let h3App: H3 | undefined;
  const loadH3App = async () => {
    const { createH3App } = await import("./h3-app.ts");
    const parts = { log: visitorLog, showPage: context.showPage, tracer };
    return (h3App ??= createH3App(contexts, dispatch, parts));
  };
  const loadH3Listener = async () => {
    const { toNodeHandler } = await import("h3/node");
    return toNodeHandler(await loadH3App());
  };
  return {
    ...sharedState,
    listener: createRouter(dispatch, loadH3Listener, visitorLog),
    loadH3App,
    parties,
    assertionKeys,
    secretMarks: fingerprintsOf(config.secret),
    names: namesIn(config, context),
    cachedSessions: () => sessions.cached,
    async close() {
      await Promise.all([sessions.settle(), passwords?.close(), assertionKeys?.close()]);
      visitorLog.flush();
      await held.release();
    },
  };
}

/** Throws if the file of users has an invalid line. Its code is loaded only if the configuration has users. */
async function prepareUsers(
  { users }: Config,
  surroundings: { readonly log: Log; readonly now: () => number },
): Promise<OpenPasswords | undefined> {
  if (users === undefined) return undefined;
  const { preparePasswords } = await import("../credentials/open-passwords.ts");
  return preparePasswords(users, surroundings);
}

/** Throws if the file of keys has none to use. Its code is loaded only if apps get assertions. */
async function prepareAssertionKeys(
  { assertion, secret: secrets }: Config,
  surroundings: { readonly log: Log; readonly now: () => number },
): Promise<OpenKeys> {
  if (assertion === undefined) return async () => undefined;
  const { prepareKeys } = await import("../assertion/open-keys.ts");
  return prepareKeys(assertion, { ...surroundings, secrets });
}

/** Sessions with the lifetimes of the configuration, and the test whether a session still matches it. */
function createSessions(
  config: Config,
  parts: Pick<SessionOptions, "store" | "parties" | "audit" | "counts" | "tracer" | "log" | "now">,
): Sessions {
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
    // A sign-out of oauth2-proxy names the session's ID token in its return target.
    keepsIdToken: config.signOut === "issuer" || config.compat !== undefined,
    isCurrent: ({ identity, clientId }) => {
      const party = parts.parties.get(identity.provider);
      // A subject is unique at its issuer only, and a session belongs to the client that it was opened for.
      if (party?.issuers.includes(identity.issuer) !== true) return false;
      return party.settings.clientId === clientId;
    },
  });
}

/** The context that all sites share. */
export function createAppContext(
  config: Config,
  parts: Pick<AppContext, "sessions" | "log" | "now"> &
    Partial<
      Pick<
        AppContext,
        "authenticateCredentials" | "assertionKeys" | "counts" | "audit" | "visitorLog" | "showPage"
      >
    >,
): AppContext {
  const sites = createSites(config);
  const rules = compileRules(config.rules);
  const visitorLog = limitLog(parts.log);
  return {
    authenticateCredentials: undefined,
    assertionKeys: undefined,
    counts: createCounts(),
    audit: createAudit(parts.log, visitorLog, config.log.decisions),
    visitorLog,
    showPage: createShowPage({ colour: config.pages.colour }),
    ...parts,
    config,
    sites,
    entryOf: createEntryFinder(sites),
    siteOf: createSiteFinder(sites),
    rules,
    rulesOf: indexByHost(rules),
    resources: createProtectedResources(config),
    transactions: new Transactions(config.secret, parts.now),
    knownTargets: new KnownTargets(config.secret, parts.now),
    signOutReturns: new SignOutReturns(config.secret),
    recentStarts: new RecentStarts(config.secret, parts.now),
    ...createReturnTargets(sites, config),
  };
}

function namesIn(
  { rules: written, providers }: Config,
  { sites, rules }: AppContext,
): ConfiguredNames {
  const tokenIssuers = written.flatMap(({ bearer }) => bearer?.issuers ?? []);
  return {
    site: new Set(sites.map(({ name }) => name)),
    rule: new Set(rules.map(({ name }) => name)),
    provider: new Set(Object.keys(providers)),
    tokenIssuer: new Set(tokenIssuers.map(({ issuer }) => issuer)),
  };
}

/** The providers that the sites of an entry offer. */
function offered(
  parties: ReadonlyMap<string, RelyingParty>,
  { providers: names }: SiteEntry,
): Map<string, RelyingParty> {
  return new Map([...parties].filter(([name]) => names?.includes(name) !== false));
}

/** Authenticates a caller without a session: by a password of the users file, else by a token. */
async function createAuthenticateCredentials(
  config: Config,
  passwords: AuthenticateCredentials | undefined,
  parts: Omit<Parameters<typeof createBearer>[0], "rules" | "resources">,
): Promise<AuthenticateCredentials | undefined> {
  const { rules } = config;
  if (!rules.some(({ bearer }) => bearer !== undefined)) return passwords;
  const { createBearer: create } = await import("../credentials/bearer.ts");
  const bearer = create({ ...parts, rules, resources: createProtectedResources(config) });
  if (passwords === undefined) return bearer;
  return (...request) => passwords(...request) ?? bearer(...request);
}
