import type { Site } from "../config/site.ts";
import { empty, type HttpResponse } from "../http/response.ts";
import type { Showing } from "../policy/decision.ts";
import type { IdentityHeaders } from "../policy/identity-headers.ts";
import type { Decider } from "../policy/rules.ts";
import type { Session } from "../session/session.ts";

/** What `/verify` has found out about one session. */
interface Memo {
  /** The decider that let it pass last, and the site: both would decide alike again. */
  passedBy: Decider | undefined;
  passedAt: Site | undefined;
  /** Its response where it may pass, prepared once. */
  allowed: HttpResponse | undefined;
  /** The same for public pages. */
  allowedInPublic: HttpResponse | undefined;
}

/** What `/verify` remembers of each session for as long as the session object exists. */
export class PassMemo {
  readonly #memos = new WeakMap<Session, Memo>();
  readonly #identityHeaders: IdentityHeaders;

  constructor(identityHeaders: IdentityHeaders) {
    this.#identityHeaders = identityHeaders;
  }

  hasPassed(session: Session, site: Site, decider: Decider): boolean {
    const memo = this.#memos.get(session);
    return memo !== undefined && memo.passedBy === decider && memo.passedAt === site;
  }

  /** A decider that depends on the time as well (step-up) is not remembered. */
  remember(session: Session, site: Site, decider: Decider): void {
    if (decider !== "access" && decider.stepUp.maxAgeMs !== undefined) return;
    const memo = this.#memoOf(session);
    memo.passedBy = decider;
    memo.passedAt = site;
  }

  /** The response that lets the session pass. */
  responseFor(session: Session, showing: Showing | undefined): HttpResponse {
    const memo = this.#memoOf(session);
    if (showing === undefined) {
      memo.allowed ??= empty(200, ...this.#identityHeaders(session.record));
      return memo.allowed;
    }
    memo.allowedInPublic ??= empty(200, ...this.#identityHeaders(withoutTokens(session.record)));
    return memo.allowedInPublic;
  }

  #memoOf(session: Session): Memo {
    let memo = this.#memos.get(session);
    if (memo === undefined) {
      memo = {
        passedBy: undefined,
        passedAt: undefined,
        allowed: undefined,
        allowedInPublic: undefined,
      };
      this.#memos.set(session, memo);
    }
    return memo;
  }
}

/** On a public page a token would reach an app that need not protect it. */
function withoutTokens(record: Session["record"]): Session["record"] {
  return { ...record, accessToken: undefined, idToken: undefined };
}
