import type { H3Event } from "h3";
import type { AssertionKeys } from "./assertion/assertion-keys.ts";
import type { AuthenticateCredentials } from "./credentials/authenticate-credentials.ts";
import type { RulesOfHost } from "./policy/rule-index.ts";
import type { Rule } from "./policy/rules.ts";
import type { HttpResponse } from "./http/response.ts";
import type { ShowPage } from "./pages/show-page.ts";
import type { ProtectedResources } from "./config/protected-resources.ts";
import type { Config } from "./config/schema.ts";
import type { Site, SiteEntry } from "./config/site.ts";
import type { EntryFinder, SiteFinder } from "./config/site-finder.ts";
import type { Audit } from "./observe/audit.ts";
import type { CommonFields } from "./observe/events.ts";
import type { Counts } from "./observe/counts.ts";
import type { Log } from "./observe/log.ts";
import type { VisitorLog } from "./observe/visitor-log.ts";
import type { HandOvers } from "./session/hand-overs.ts";
import type { Sessions } from "./session/sessions.ts";
import type { KnownTargets } from "./sign-in/known-targets.ts";
import type { RelyingParty } from "./sign-in/relying-party.ts";
import type { RecentStarts } from "./sign-in/recent-starts.ts";
import type { ReturnTargets } from "./sign-in/return-target.ts";
import type { SignOutReturns } from "./sign-in/sign-out-return.ts";
import type { Transactions } from "./sign-in/transaction.ts";
import type { Store } from "./store/store.ts";

/** The context that the endpoints of all sites share; created once per configuration and never changed. */
export interface AppContext {
  readonly config: Config;
  readonly sites: readonly SiteEntry[];
  readonly entryOf: EntryFinder;
  readonly siteOf: SiteFinder;
  readonly rules: readonly Rule[];
  readonly rulesOf: RulesOfHost;
  /** Of the rules with `bearer.metadata`. */
  readonly resources: ProtectedResources;
  readonly sessions: Sessions;
  /** undefined = every rule accepts sessions only. */
  readonly authenticateCredentials: AuthenticateCredentials | undefined;
  /** undefined = apps get no assertions. */
  readonly assertionKeys: AssertionKeys | undefined;
  readonly transactions: Transactions;
  readonly knownTargets: KnownTargets;
  readonly signOutReturns: SignOutReturns;
  readonly recentStarts: RecentStarts;
  readonly returnTarget: ReturnTargets["returnTarget"];
  readonly signInTarget: ReturnTargets["signInTarget"];
  readonly targetFault: ReturnTargets["targetFault"];
  readonly showPage: ShowPage;
  readonly counts: Counts;
  readonly audit: Audit;
  readonly log: Log;
  /** For every line that a visitor without a session can cause. */
  readonly visitorLog: VisitorLog;
  readonly now: () => number;
}

/** The same, for one entry of `sites` and the providers that it offers. */
export interface EntryContext extends AppContext {
  readonly entry: SiteEntry;
  readonly parties: ReadonlyMap<string, RelyingParty>;
  readonly store: Store;
  readonly handOvers: HandOvers;
}

/** The same, for one of its sites. */
export interface SiteContext extends Omit<EntryContext, "entry"> {
  readonly site: Site;
}

/** A browser's request in the log; its id is on the page and in the answer too. */
export interface AskedRequest extends Pick<CommonFields, "site" | "host" | "path" | "address"> {
  readonly requestId: string;
}

export type Endpoint = (event: H3Event, asked: AskedRequest) => Promise<HttpResponse>;

/** The request to `/verify`. */
export interface VerifyRequest {
  readonly method: string;
  /** The query of `/verify` itself, without its question mark. */
  readonly query: string;
  /** The rest of the target after `/verify`, with its query: Envoy appends the visitor's URI there. */
  readonly uri?: string | undefined;
  readonly rawHeaders: readonly string[];
  readonly peer: string | undefined;
}

export type Verify = (request: VerifyRequest) => HttpResponse | Promise<HttpResponse>;
