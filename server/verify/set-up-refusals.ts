import type { AppContext } from "../context.ts";
import { headerFamilies, type Dialect } from "../forwarded/dialects.ts";
import type { ForwardedResult } from "../forwarded/read-forwarded.ts";
import { RequestHeaders } from "../forwarded/request-headers.ts";
import { empty, json, type HttpResponse } from "../http/response.ts";
import { createRequestId } from "../observe/request-id.ts";
import { notSetUpPage } from "../pages/not-set-up-page.ts";
import { createAuditedRequest } from "./audited-request.ts";
import { notSetUp as notSetUpName, refusalHeader } from "./page-question.ts";
import { identified, isForBrowser } from "./refusal.ts";
import { countRefusal } from "./refusal-counts.ts";

type Malformed = Exclude<ForwardedResult, { request: unknown }>;

/** The longest value of a header in the log. */
const longestValue = 200;

/** The refusals of `/verify` that only the operator can mend: the question does not come as the proxy should ask it. */
export function createSetUpRefusals({ config, counts, audit, showPage }: AppContext) {
  const auditedRequest = createAuditedRequest(config.trustedProxies);
  return {
    untrustedPeer,
    spoofed: (dialect: Dialect, headers: RequestHeaders, header: string) =>
      identified(spoofed(dialect, headers, header), headers),
    malformed: (result: Malformed, headers: RequestHeaders, peer: string | undefined) =>
      identified(malformed(result, headers, peer), headers),
    notSetUp: (headers: RequestHeaders) => identified(notSetUp(headers), headers),
  };

  /** Nothing that such a peer sends counts; its `Accept` and Fetch Metadata only choose between page and JSON. */
  function untrustedPeer(peer: string | undefined, rawHeaders: readonly string[]): HttpResponse {
    countRefusal(counts, "refused", "untrusted_peer");
    const requestId = createRequestId();
    audit("refused", "untrusted_peer", () => ({
      fields: { requestId },
      details: { peer, mend: "if this is your proxy, add its address to trustedProxies" },
    }));
    const headers = new RequestHeaders(rawHeaders);
    const response = isForBrowser(headers)
      ? notSetUpFor("proxy", headers, requestId)
      : json(403, { error: "untrusted_peer", requestId });
    return identified(response, { requestId });
  }

  /** The visitor's own identity header could reach the app together with doorward's. */
  function spoofed(dialect: Dialect, headers: RequestHeaders, header: string): HttpResponse {
    countRefusal(counts, "refused", "identity_header", { dialect });
    audit("refused", "identity_header", () => ({
      fields: auditedRequest({ headers }),
      details: { header: header.slice(0, longestValue), mend: mendOfSpoofed },
    }));
    if (!dialect.isShown) return empty(dialect.malformedStatus);
    const { requestId } = headers;
    return json(400, { error: "identity_header", header, requestId });
  }

  function malformed(
    result: Malformed,
    headers: RequestHeaders,
    peer: string | undefined,
  ): HttpResponse {
    const reason = result.isConflict ? "header_conflict" : "malformed";
    countRefusal(counts, "refused", reason, result);
    audit("refused", reason, () => {
      const sent = describedIn(headers);
      const details = { peer, fault: result.malformed, sent, mend: mendOf(headers) };
      return { fields: auditedRequest({ headers }), details };
    });
    const status = result.dialect?.malformedStatus ?? 400;
    if (result.dialect?.isShown === false) return notShown(status);
    const { requestId } = headers;
    return json(status, { error: "malformed_request", requestId });
  }

  function notSetUp(headers: RequestHeaders): HttpResponse {
    const { requestId } = headers;
    return isForBrowser(headers)
      ? notSetUpFor("request", headers, requestId)
      : json(403, { error: "malformed_request", requestId });
  }

  function notSetUpFor(
    fault: "proxy" | "request",
    headers: RequestHeaders,
    requestId: string,
  ): HttpResponse {
    const page = notSetUpPage(fault, { host: "", url: undefined, requestId });
    return showPage(page, headers.get("accept-language"));
  }
}

const mendOfSpoofed =
  "if a gate in front sends it, remove it in the proxy, for the app and for /verify";

const descriptive = headerFamilies.flatMap(({ required }) => required);

/** The headers that should describe the request. Without queries, which may contain secrets. */
function describedIn(headers: RequestHeaders): Record<string, string> {
  return Object.fromEntries(
    descriptive.flatMap((name) => {
      const value = headers.get(name)?.split(/[?#]/, 1)[0];
      return value === undefined ? [] : [[name, value.slice(0, longestValue)]];
    }),
  );
}

function mendOf(headers: RequestHeaders): string {
  const isSwapped =
    /^https?:\/\//.test(headers.get("x-original-method") ?? "") &&
    /^[A-Z]+$/.test(headers.get("x-original-url") ?? "");
  return isSwapped
    ? "X-Original-URL and X-Original-Method are swapped in the proxy's configuration: swap them"
    : "correct the headers of the proxy's auth request; `doorward config` prints them for each proxy";
}

/** nginx asks for the page of this refusal: see page-question.ts. */
function notShown(status: number): HttpResponse {
  return empty(status, refusalHeader, notSetUpName);
}
