import { empty, type HttpResponse } from "../http/response.ts";
import type { IdentityHeaders } from "../policy/identity-headers.ts";
import type { Count } from "../observe/counter.ts";
import type { Access } from "../policy/access-schema.ts";
import type { Decider } from "../policy/rules.ts";
import type { Session } from "../session/session.ts";

/** A response that lets a request pass, prepared once. */
export interface Pass {
  readonly response: HttpResponse;
  /** What counted its last use. */
  count: Count | undefined;
}

/** Cached decisions and responses of `/verify` for one session. */
interface Memo extends Pass {
  /** The decider's outcome at its last allow, and the site's access: both together allow it again. */
  passedBy: Decider["outcome"] | undefined;
  passedWith: Access | undefined;
}

/** The cache of `/verify` for each session, for as long as the session object exists. */
export class PassMemo {
  readonly #memos = new WeakMap<Session, Memo>();
  /** The responses of public pages: few sessions need one. */
  readonly #inPublic = new WeakMap<Session, Pass>();
  readonly #identityHeaders: IdentityHeaders;

  constructor(identityHeaders: IdentityHeaders) {
    this.#identityHeaders = identityHeaders;
  }

  /** The pass of a session that this decider let pass before, with the site's access. */
  recall(session: Session, access: Access | undefined, { outcome }: Decider): Pass | undefined {
    const memo = this.#memos.get(session);
    const isSame = memo !== undefined && memo.passedBy === outcome && memo.passedWith === access;
    return isSame ? memo : undefined;
  }

  /** The pass of a session. A decider that depends on the time (step-up) is not remembered. */
  allow(session: Session, access: Access | undefined, decider: Decider | undefined): Pass {
    const memo = this.#memoOf(session);
    const outcome = decider?.outcome;
    const isLasting = outcome === "access" || outcome?.stepUp.maxAgeMs === undefined;
    if (outcome !== undefined && isLasting) {
      memo.passedBy = outcome;
      memo.passedWith = access;
    }
    return memo;
  }

  /** The same on a public page, where a token would reach an app that need not protect it. */
  allowInPublic(session: Session): Pass {
    const known = this.#inPublic.get(session);
    if (known !== undefined) return known;
    const record = { ...session.record, accessToken: undefined, idToken: undefined };
    const pass = { response: empty(200, ...this.#identityHeaders(record)), count: undefined };
    this.#inPublic.set(session, pass);
    return pass;
  }

  #memoOf(session: Session): Memo {
    const known = this.#memos.get(session);
    if (known !== undefined) return known;
    const response = empty(200, ...this.#identityHeaders(session.record));
    const memo: Memo = { response, count: undefined, passedBy: undefined, passedWith: undefined };
    this.#memos.set(session, memo);
    return memo;
  }
}
