import type { Admission } from "../credentials/authenticate-credentials.ts";
import type { Circumstances } from "../policy/request-facts.ts";
import type { Rule } from "../policy/rules.ts";
import type { Answer } from "../http/response.ts";
import type { House } from "../context.ts";
import type { Asked, Refusals } from "./refusals.ts";
import { readCookie, sessionCookieName } from "../cookies/cookie.ts";
import type { Session } from "../session/session.ts";

/** What is answered about whom. */
export interface Answering {
  /** The rules that say whether a token or a password is taken here. */
  rulesTaking(asked: Asked): readonly Rule[];
  circumstancesOf(asked: Asked, provider: string | undefined): Circumstances;
  answer(asked: Asked, session: Session | undefined): Answer;
  /** The same about somebody whom a token or a password names. */
  answerAdmitted(asked: Asked, session: Session): Answer;
  /** Nobody knows who it is, for the store does not answer. */
  withoutStore(asked: Asked, error: unknown): Answer;
}

export type WhoAsks = (asked: Asked, peer: string | undefined) => Answer | Promise<Answer>;

/**
 * Learns who asks: on rules that take tokens or passwords, these stand instead of the session; elsewhere they
 * are the app's. At once where nothing has to be looked up.
 */
export function createWhoAsks(
  { sessions, admit }: House,
  refuse: Refusals,
  answering: Answering,
): WhoAsks {
  return (asked, peer) => {
    const authorization = admit && asked.headers.get("authorization");
    return (authorization && byAuthorization(asked, authorization, peer)) || bySession(asked);
  };

  function bySession(asked: Asked): Answer | Promise<Answer> {
    const { site, headers } = asked;
    const session = sessions.find(site, readCookie(headers.get("cookie"), sessionCookieName(site)));
    if (!(session instanceof Promise)) return answering.answer(asked, session);
    return session.then(
      (found) => answering.answer(asked, found),
      (error: unknown) => answering.withoutStore(asked, error),
    );
  }

  function byAuthorization(
    asked: Asked,
    written: string,
    peer: string | undefined,
  ): Answer | Promise<Answer> | undefined {
    const { site, headers } = asked;
    const rules = answering.rulesTaking(asked);
    const given = answering.circumstancesOf(asked, undefined);
    const admission = admit?.({ site, headers, peer, given, rules }, written);
    if (!(admission instanceof Promise)) return admission && byAdmission(asked, admission);
    return admission.then(
      (late) => byAdmission(asked, late),
      (error: unknown) => refuse.issuerUnreachable(error, asked),
    );
  }

  function byAdmission(asked: Asked, admission: Admission): Answer {
    if ("rejection" in admission) return refuse.credentials(asked, admission.rejection);
    return answering.answerAdmitted(asked, admission.session);
  }
}
