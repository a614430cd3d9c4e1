import { empty, type HttpResponse } from "../http/response.ts";
import type { IdentityHeaders } from "../policy/identity-headers.ts";
import type { Access } from "../policy/access-schema.ts";
import type { Decider } from "../policy/rules.ts";
import type { Session } from "../session/session.ts";

/** Cached decisions and responses of `/verify` for one session. */
interface Memo {
  /** The decider of its last allow, and the site's access: both together allow it again. */
  passedBy: Decider | undefined;
  passedWith: Access | undefined;
  /** The response that lets it pass, prepared once. */
  readonly allowed: HttpResponse;
}

/** The cache of `/verify` for each session, for as long as the session object exists. */
export class PassMemo {
  readonly #memos = new WeakMap<Session, Memo>();
  /** The responses of public pages: few sessions need one. */
  readonly #allowedInPublic = new WeakMap<Session, HttpResponse>();
  readonly #identityHeaders: IdentityHeaders;

  constructor(identityHeaders: IdentityHeaders) {
    this.#identityHeaders = identityHeaders;
  }

  /** The response that lets the session pass, if this decider let it pass before, with the site's access. */
  recall(session: Session, access: Access | undefined, decider: Decider): HttpResponse | undefined {
    const memo = this.#memos.get(session);
    const isSame = memo !== undefined && memo.passedBy === decider && memo.passedWith === access;
    return isSame ? memo.allowed : undefined;
  }

  /** The response that lets the session pass. A decider that depends on the time (step-up) is not remembered. */
  allow(session: Session, access: Access | undefined, decider: Decider | undefined): HttpResponse {
    const memo = this.#memoOf(session);
    const isLasting = decider === "access" || decider?.stepUp.maxAgeMs === undefined;
    if (decider !== undefined && isLasting) {
      memo.passedBy = decider;
      memo.passedWith = access;
    }
    return memo.allowed;
  }

  /** The same on a public page, where a token would reach an app that need not protect it. */
  allowInPublic(session: Session): HttpResponse {
    const known = this.#allowedInPublic.get(session);
    if (known !== undefined) return known;
    const record = { ...session.record, accessToken: undefined, idToken: undefined };
    const response = empty(200, ...this.#identityHeaders(record));
    this.#allowedInPublic.set(session, response);
    return response;
  }

  #memoOf(session: Session): Memo {
    const known = this.#memos.get(session);
    if (known !== undefined) return known;
    const allowed = empty(200, ...this.#identityHeaders(session.record));
    const memo: Memo = { passedBy: undefined, passedWith: undefined, allowed };
    this.#memos.set(session, memo);
    return memo;
  }
}
