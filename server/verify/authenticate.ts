import type { CredentialResult } from "../credentials/authenticate-credentials.ts";
import type { RequestFacts } from "../policy/request-facts.ts";
import type { Rule } from "../policy/rules.ts";
import type { HttpResponse } from "../http/response.ts";
import type { AppContext } from "../context.ts";
import type { VerifyContext, Refusals } from "./refusals.ts";
import { readCookie, sessionCookieName } from "../cookies/cookie.ts";
import type { Session } from "../session/session.ts";

/** What is answered about whom. */
export interface Answering {
  /** The rules that say whether a token or a password is taken here. */
  rulesTaking(context: VerifyContext): readonly Rule[];
  factsOf(context: VerifyContext, provider: string | undefined): RequestFacts;
  answer(context: VerifyContext, session: Session | undefined): HttpResponse;
  /** The same about somebody whom a token or a password names. */
  answerAdmitted(context: VerifyContext, session: Session): HttpResponse;
  /** Nobody knows who it is, for the store does not answer. */
  withoutStore(context: VerifyContext, error: unknown): HttpResponse;
}

export type WhoAsks = (
  context: VerifyContext,
  peer: string | undefined,
) => HttpResponse | Promise<HttpResponse>;

/**
 * Learns who asks: on rules that take tokens or passwords, these stand instead of the session; elsewhere they
 * are the app's. At once where nothing has to be looked up.
 */
export function createWhoAsks(
  { sessions, authenticateCredentials }: AppContext,
  refuse: Refusals,
  answering: Answering,
): WhoAsks {
  return (context, peer) => {
    const authorization = authenticateCredentials && context.headers.get("authorization");
    return (authorization && byAuthorization(context, authorization, peer)) || bySession(context);
  };

  function bySession(context: VerifyContext): HttpResponse | Promise<HttpResponse> {
    const { site, headers } = context;
    const session = sessions.find(site, readCookie(headers.get("cookie"), sessionCookieName(site)));
    if (!(session instanceof Promise)) return answering.answer(context, session);
    return session.then(
      (found) => answering.answer(context, found),
      (error: unknown) => answering.withoutStore(context, error),
    );
  }

  function byAuthorization(
    context: VerifyContext,
    written: string,
    peer: string | undefined,
  ): HttpResponse | Promise<HttpResponse> | undefined {
    const { site, headers } = context;
    const rules = answering.rulesTaking(context);
    const facts = answering.factsOf(context, undefined);
    const admission = authenticateCredentials?.({ site, headers, peer, facts, rules }, written);
    if (!(admission instanceof Promise)) return admission && byAdmission(context, admission);
    return admission.then(
      (late) => byAdmission(context, late),
      (error: unknown) => refuse.issuerUnreachable(error, context),
    );
  }

  function byAdmission(context: VerifyContext, admission: CredentialResult): HttpResponse {
    if ("rejection" in admission) return refuse.credentials(context, admission.rejection);
    return answering.answerAdmitted(context, admission.session);
  }
}
