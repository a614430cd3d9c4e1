import { empty, type HttpResponse } from "../http/response.ts";
import type { IdentityHeaders } from "../policy/identity-headers.ts";
import type { Access } from "../policy/access-schema.ts";
import type { Decider } from "../policy/rules.ts";
import type { Session } from "../session/session.ts";
import { Passed } from "./passed.ts";

/** A response that lets a request pass, prepared once. */
export interface Pass {
  readonly response: HttpResponse;
}

/** The outcome "access" among the numbers of the outcomes. */
const accessNumber = 0;
const none = -1;

/** Cached decisions and the response of `/verify` for one session. */
class Memo implements Pass {
  readonly owner: PassMemo;
  readonly response: HttpResponse;
  /** The site's access with which all of its outcomes were evaluated, and a number for that pair. */
  access: Access | undefined;
  number: number;
  /** The outcome of its last allow. */
  lastOutcome = none;

  constructor(owner: PassMemo, response: HttpResponse, access: Access | undefined, number: number) {
    this.owner = owner;
    this.response = response;
    this.access = access;
    this.number = number;
  }
}

/** The cache of `/verify` for each session, for as long as the session object exists. */
export class PassMemo {
  /** The responses of public pages: few sessions need one. */
  readonly #inPublic = new WeakMap<Session, Pass>();
  readonly #passed = new Passed();
  readonly #identityHeaders: IdentityHeaders;
  #numbers = 0;

  constructor(identityHeaders: IdentityHeaders) {
    this.#identityHeaders = identityHeaders;
  }

  /** The pass of a session that this decider let pass before, with the site's access. */
  recall(session: Session, access: Access | undefined, { outcome }: Decider): Pass | undefined {
    const memo = this.#memoOf(session);
    if (memo === undefined || memo.access !== access) return undefined;
    const number = numberOf(outcome);
    const hasPassed = memo.lastOutcome === number || this.#passed.has(memo.number, number);
    return hasPassed ? memo : undefined;
  }

  /** The pass of a session. A decider that depends on the time (step-up) is not remembered. */
  allow(session: Session, access: Access | undefined, decider: Decider | undefined): Pass {
    const memo = this.#memoOf(session) ?? this.#begin(session, access);
    const outcome = decider?.outcome;
    const isLasting = outcome === "access" || outcome?.stepUp.maxAgeMs === undefined;
    if (outcome === undefined || !isLasting) return memo;
    if (memo.access !== access) {
      memo.access = access;
      memo.number = ++this.#numbers;
    } else if (memo.lastOutcome !== none) this.#passed.add(memo.number, memo.lastOutcome);
    memo.lastOutcome = numberOf(outcome);
    return memo;
  }

  /** The same on a public page, where a token would reach an app that need not protect it. */
  allowInPublic(session: Session): Pass {
    const known = this.#inPublic.get(session);
    if (known !== undefined) return known;
    const record = { ...session.record, accessToken: undefined, idToken: undefined };
    const pass = { response: empty(200, ...this.#identityHeaders(record)) };
    this.#inPublic.set(session, pass);
    return pass;
  }

  /** Another configuration may have prepared what the session has. */
  #memoOf({ prepared }: Session): Memo | undefined {
    return prepared instanceof Memo && prepared.owner === this ? prepared : undefined;
  }

  #begin(session: Session, access: Access | undefined): Memo {
    const response = empty(200, ...this.#identityHeaders(session.record));
    const memo = new Memo(this, response, access, ++this.#numbers);
    session.prepared = memo;
    return memo;
  }
}

function numberOf(outcome: Decider["outcome"]): number {
  return outcome === "access" ? accessNumber : outcome.number;
}
