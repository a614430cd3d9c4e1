import * as v from "valibot";
import type { Identity } from "../../server/identity/identity.ts";
import type { RelyingParty } from "../../server/sign-in/relying-party.ts";
import { askAgain, refreshTokens, verifiedTokens } from "../../server/sign-in/renewal.ts";
import { renewalWay } from "../../server/sign-in/renewal-way.ts";
import type { Tokens } from "../../server/sign-in/token-endpoint.ts";
import { Browser, navigation, type HttpResponse } from "./browser.ts";
import { configOf, startDoorward, type TestDoorward } from "./doorward.ts";
import { freePort } from "./free-port.ts";
import { client } from "./provider-grants.ts";
import {
  startStandIn,
  type Member,
  type RunningStandIn,
  type StandIn,
} from "./provider-stand-in.ts";

const userInfo = v.object({
  user: v.string(),
  email: v.nullable(v.string()),
  groups: v.array(v.string()),
  name: v.nullable(v.string()),
});

/** doorward with the stand-in of one kind of provider. */
export interface ProviderDoor {
  readonly provider: RunningStandIn;
  readonly party: RelyingParty;
  readonly doorward: TestDoorward;
  readonly site: string;
  newBrowser(): Browser;
  /** Signs in with a new browser: /start, the provider, /callback with the provider's code or another one. */
  signIn(code?: string): Promise<SignedIn>;
  /** Asks the provider the same as the refresh of a session. */
  again(subject: string): Promise<Identity>;
  close(): Promise<void>;
}

export interface SignedIn {
  /** The response of /callback. */
  readonly answer: HttpResponse;
  /** The identity of the new session; undefined = no session. */
  readonly identity: v.InferOutput<typeof userInfo> | undefined;
}

export interface DoorSettings {
  readonly access?: Record<string, unknown>;
  readonly rules?: readonly Record<string, unknown>[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Provider settings in addition to those that the stand-in needs. */
  readonly provider?: Record<string, unknown>;
}

export async function openProviderDoor(
  kind: string,
  standIn: StandIn,
  member: Member,
  { access = { anyone: true }, rules = [], headers: sent, provider: more }: DoorSettings = {},
): Promise<ProviderDoor> {
  const provider = await startStandIn(standIn, member);
  const site = `http://localhost:${await freePort()}/_auth`;
  provider.registered = `${site}/callback`;
  const company = { type: kind, ...client, ...standIn.settings(provider.origin), ...more };
  const doorward = await startDoorward(
    configOf({ url: site, access, rules, ...(sent && { headers: sent }), providers: { company } }),
  );
  const party = doorward.app.parties.get("company");
  if (party === undefined) throw new Error(`no provider of the kind ${kind}`);
  const ports = new Map([[new URL(site).host, doorward.port]]);
  const newBrowser = () => new Browser(ports);
  return {
    provider,
    party,
    doorward,
    site,
    newBrowser,
    async signIn(code) {
      const browser = newBrowser();
      const answer = await goThrough(browser, site, code);
      const headers = { Accept: "application/json" };
      const { status, body } = await browser.ask(`${site}/start`, { headers });
      const identity = status === 200 ? v.parse(userInfo, JSON.parse(body)) : undefined;
      return { answer, identity };
    },
    again: (subject) => again(party, provider, subject),
    async close() {
      await Promise.all([doorward.close(), provider.close()]);
    },
  };
}

async function goThrough(browser: Browser, site: string, code?: string): Promise<HttpResponse> {
  const begun = await browser.ask(`${site}/start`, { headers: navigation });
  if (begun.status !== 302) return begun;
  const { headers, body } = await browser.ask(String(begun.headers.location), {
    headers: navigation,
  });
  const callback = String(headers.location);
  if (!callback.startsWith(`${site}/callback?`)) throw new Error(`the provider answered ${body}`);
  const answer = new URL(callback);
  if (code !== undefined) answer.searchParams.set("code", code);
  return browser.ask(answer.href, { headers: navigation });
}

async function again(
  party: RelyingParty,
  { paid }: RunningStandIn,
  subject: string,
): Promise<Identity> {
  const answer = v.parse(tokenAnswer, paid);
  const now = Date.now();
  const tokens: Tokens = {
    accessToken: answer.access_token,
    accessTokenExpiresAt: answer.expires_in && now + answer.expires_in * 1000,
    refreshToken: answer.refresh_token,
    idToken: answer.id_token,
  };
  const known = identityBefore(party, subject);
  const way = renewalWay(party, tokens, now);
  if (way === undefined) throw new Error(`${party.provider.kind} offers no way to refresh`);
  if (way !== "refresh token") return askAgain(party, known, tokens, false, now);
  const refreshed = await refreshTokens(party, tokens, now);
  const next = await verifiedTokens(party, known, refreshed);
  return askAgain(party, known, next, refreshed.idToken !== undefined, now);
}

const tokenAnswer = v.object({
  access_token: v.string(),
  // A string at Microsoft's older endpoints.
  expires_in: v.optional(v.pipe(v.union([v.number(), v.string()]), v.transform(Number))),
  refresh_token: v.optional(v.string()),
  id_token: v.optional(v.string()),
});

function identityBefore({ issuers, name }: RelyingParty, subject: string): Identity {
  const [issuer = ""] = issuers;
  const unknown = { email: undefined, name: undefined, preferredUsername: undefined };
  return { issuer, subject, provider: name, groups: [], claims: {}, ...unknown };
}
