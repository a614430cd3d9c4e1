import type { AppContext, Verify } from "../context.ts";
import { RequestHeaders } from "../forwarded/request-headers.ts";
import { createAddressRanges } from "../http/address-ranges.ts";
import { empty, type HttpResponse } from "../http/response.ts";
import { asksForSetUpPage } from "./page-question.ts";
import { createSetUpRefusals } from "./set-up-refusals.ts";
import { withoutDenials } from "./without-denials.ts";

/** Answers a question for a page alone: see page-question.ts. `create` makes the usual `/verify`. */
export function createRefusalPage(app: AppContext, create: (app: AppContext) => Verify): Verify {
  const isTrusted = createAddressRanges(app.config.trustedProxies);
  const { untrustedPeer, notSetUp } = createSetUpRefusals(app);
  let decide: Verify | undefined;

  return (request) => {
    const { query, rawHeaders, peer } = request;
    // A peer that is not trusted must not be able to ask without a line in the log.
    if (!isTrusted(peer)) return untrustedPeer(peer, rawHeaders);
    if (asksForSetUpPage(query)) return notSetUp(new RequestHeaders(rawHeaders));
    decide ??= create(withoutDenials(app));
    // An empty list permits no one, so that this is a refusal even if access has changed since the first question.
    const response = decide({ ...request, query: `allowed_groups=&${query}` });
    return response instanceof Promise ? response.then(neverAllow) : neverAllow(response);
  };
}

function neverAllow(response: HttpResponse): HttpResponse {
  return response.status < 300 ? empty(403) : response;
}
