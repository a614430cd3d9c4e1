import type { H3Event } from "h3";
import type { AuthenticateCredentials } from "./credentials/authenticate-credentials.ts";
import type { RulesOfHost } from "./policy/rule-index.ts";
import type { Rule } from "./policy/rules.ts";
import type { HttpResponse } from "./http/response.ts";
import type { Config } from "./config/schema.ts";
import type { Site } from "./config/site.ts";
import type { Counts } from "./observe/counts.ts";
import type { Log } from "./observe/log.ts";
import type { Sessions } from "./session/sessions.ts";
import type { RelyingParty } from "./sign-in/relying-party.ts";
import type { ReturnTargets } from "./sign-in/return-target.ts";
import type { SignOutReturns } from "./sign-in/sign-out-return.ts";
import type { Transactions } from "./sign-in/transaction.ts";
import type { Store } from "./store/store.ts";

/** What the endpoints of all sites share; made once from the configuration and never changed. */
export interface AppContext {
  readonly config: Config;
  readonly sites: readonly Site[];
  readonly siteOf: (hostname: string) => Site | undefined;
  readonly rules: readonly Rule[];
  readonly rulesOf: RulesOfHost;
  readonly sessions: Sessions;
  /** undefined = no rule takes anything but a session. */
  readonly authenticateCredentials: AuthenticateCredentials | undefined;
  readonly transactions: Transactions;
  readonly signOutReturns: SignOutReturns;
  readonly returnTarget: ReturnTargets;
  readonly counts: Counts;
  readonly log: Log;
  readonly now: () => number;
}

/** The same with one site, and the providers that it offers. */
export interface SiteContext extends AppContext {
  readonly site: Site;
  readonly parties: ReadonlyMap<string, RelyingParty>;
  readonly store: Store;
}

export type Endpoint = (event: H3Event) => Promise<HttpResponse>;

/** What `/verify` reads of the request that carries it. */
export interface VerifyRequest {
  readonly method: string;
  /** Our own query, without its question mark. */
  readonly query: string;
  /** What follows our path, query and all, where Envoy puts the visitor's URI. */
  readonly uri?: string | undefined;
  readonly rawHeaders: readonly string[];
  readonly peer: string | undefined;
  /** The site at whose address we were asked. */
  readonly site: Site;
}

export type Verify = (request: VerifyRequest) => HttpResponse | Promise<HttpResponse>;
