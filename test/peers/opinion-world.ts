import { pino } from "pino";
import { createApp, type App } from "../../server/app/app.ts";
import { ConfigError } from "../../server/config/faults.ts";
import type { Site, SiteEntry } from "../../server/config/site.ts";
import { createSites } from "../../server/config/sites.ts";
import type { Sessions } from "../../server/session/sessions.ts";
import { noTokens } from "../../server/sign-in/token-endpoint.ts";
import { configOf } from "./doorward.ts";
import type { PlainPerson } from "./plain-policy.ts";
import { randomClaims, randomSettings, type RandomSettings } from "./random-policy.ts";
import type { Random } from "./random.ts";
import { createRenewingIssuers } from "./renewing-issuers.ts";
import { newSession, openSessions } from "./sessions.ts";

/** A session, and the claims of its person at the last renewal. */
interface HeldSession extends PlainPerson {
  readonly token: string;
  readonly sub: string;
  readonly signIn: { readonly auth_time: number; readonly acr: string };
  claims: PlainPerson["claims"];
  isOver: boolean;
}

const hour = 3_600_000;
const year = 365 * 24 * hour;
const people = Array.from({ length: 8 }, (_, index) => `s${index}`);
const mostHeld = 30;
const refreshMs = hour;

export const cookieDomain = "example.com";

/** A running doorward whose configuration, people and sessions change at random. */
export class OpinionWorld {
  readonly clock = { now: Date.now() };
  held: HeldSession[] = [];
  settings: RandomSettings;
  readonly site: Site;
  readonly #random: Random;
  readonly #issuers = createRenewingIssuers();
  #app: App | undefined;

  constructor(random: Random) {
    this.#random = random;
    this.settings = randomSettings(random);
    const [entry] = createSites(
      configOf(settingsFor({ providers: ["company"], access: { anyone: true }, rules: [] })),
    ) as [SiteEntry];
    this.site = entry.first;
    for (const sub of people) this.#issuers.claims.set(sub, randomClaims(random, sub));
  }

  get app(): App {
    if (this.#app === undefined) throw new Error("the world has no app before its first reload");
    return this.#app;
  }

  /** What happens between questions. */
  readonly steps: Readonly<Record<string, () => Promise<void>>> = {
    nothing: async () => {},
    reload: () => this.reload(),
    refresh: async () => this.#refresh(),
    signIn: () => this.signIn(),
    revoke: () => this.#revoke(),
    signOut: () => this.#signOut(),
  };

  /** Another configuration takes over, as after SIGHUP. */
  async reload(): Promise<void> {
    const before = this.#app;
    let config: ReturnType<typeof configOf> | undefined;
    while (config === undefined) {
      this.settings = randomSettings(this.#random);
      config = accepted(this.settings);
    }
    const log = pino({ enabled: false });
    const surroundings = { log, now: () => this.clock.now, fetch: this.#issuers.fetch };
    this.#app = await createApp(config, surroundings, before);
    await before?.close();
  }

  /** The issuers describe some people differently, and every session is due for its renewal. */
  #refresh(): void {
    const { claims } = this.#issuers;
    for (const sub of this.#random.some(people)) claims.set(sub, randomClaims(this.#random, sub));
    this.clock.now += refreshMs + 1_000;
    for (const session of this.held)
      session.claims = { ...this.#claimsOf(session.sub), ...session.signIn };
  }

  async signIn(): Promise<void> {
    const sub = this.#random.pick(people);
    const provider = Number(sub.slice(1)) % 3 === 0 ? "partner" : "company";
    if (!this.app.parties.has(provider)) return;
    const age = this.#random.pick([0, 600, 3_000, 20_000, -10, -40]);
    const auth_time = Math.floor(this.clock.now / 1000) - age;
    const signIn = { auth_time, acr: this.#random.pick(["mfa", "pwd"]) };
    const claims = { ...this.#claimsOf(sub), ...signIn };
    const identity = {
      issuer: this.#issuers.urlOf(provider),
      provider,
      subject: sub,
      email: claims.email_verified ? claims.email.toLowerCase() : undefined,
      groups: claims.groups,
      preferredUsername: claims.preferred_username,
      claims,
    };
    const tokens = { ...noTokens, refreshToken: sub };
    const token = await this.#sessions().start({ ...newSession(this.site, identity), tokens });
    const session = { token, sub, provider, signIn, claims, isOver: false };
    this.held = [...this.held.slice(-mostHeld), session];
  }

  async #revoke(): Promise<void> {
    const { sub, provider } = this.#random.pick(this.held);
    const issuer = this.#issuers.urlOf(provider);
    await this.#sessions().revocations.revoke({ kind: "subject", issuer, subject: sub });
    for (const session of this.held) if (session.sub === sub) session.isOver = true;
  }

  async #signOut(): Promise<void> {
    const session = this.#random.pick(this.held);
    await this.#sessions().end(this.site, session.token);
    session.isOver = true;
  }

  #claimsOf(sub: string): PlainPerson["claims"] {
    return this.#issuers.claims.get(sub) ?? randomClaims(this.#random, sub);
  }

  /** As in another process that uses the same store. */
  #sessions(): Sessions {
    const { store, parties } = this.app;
    const lifetimes = { lifetimeMs: year, idleMs: year };
    return openSessions({ store, parties, now: () => this.clock.now, ...lifetimes });
  }
}

/** undefined = doorward rejects the settings, such as a `provider` that is not configured. */
function accepted(settings: RandomSettings): ReturnType<typeof configOf> | undefined {
  try {
    return configOf(settingsFor(settings));
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

function settingsFor({ providers, access, rules }: RandomSettings): Record<string, unknown> {
  const client = { type: "oidc", clientId: "door", clientSecret: "a secret" };
  const offered = providers.map((name) => [
    name,
    { ...client, issuer: `https://${name}.example.net` },
  ]);
  return {
    url: "https://auth.example.com",
    cookie: { domain: cookieDomain },
    providers: Object.fromEntries(offered),
    session: { lifetime: "365d", idle: "365d", refresh: "1h" },
    access,
    rules,
  };
}
