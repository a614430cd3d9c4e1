import type { H3Event } from "h3";
import type { Answer } from "./answer.ts";
import type { Config } from "./config/schema.ts";
import type { Site } from "./config/site.ts";
import type { Counts } from "./observe/counts.ts";
import type { Log } from "./observe/log.ts";
import type { Sessions } from "./session/sessions.ts";
import type { RelyingParty } from "./sign-in/relying-party.ts";
import type { ReturnTargets } from "./sign-in/return-target.ts";
import type { Transactions } from "./sign-in/transaction.ts";
import type { UsedStates } from "./sign-in/used-states.ts";

/** What the endpoints share; made once from the configuration and never changed. */
export interface Door {
  readonly config: Config;
  readonly site: Site;
  readonly sessions: Sessions;
  readonly transactions: Transactions;
  readonly usedStates: UsedStates;
  readonly returnTarget: ReturnTargets;
  readonly parties: ReadonlyMap<string, RelyingParty>;
  readonly counts: Counts;
  readonly log: Log;
}

export type Endpoint = (event: H3Event) => Promise<Answer>;
