import type { ServerMetadata } from "openid-client";
import type { Counts } from "../observe/counts.ts";
import type { IssuerOperation } from "../observe/backend-metrics.ts";
import { noTracer, type Tracer } from "../observe/tracer.ts";
import type { IssuerFetch } from "./issuer-fetch.ts";

/** The endpoints in an issuer's metadata that doorward sends requests to. */
const operations: Partial<Record<keyof ServerMetadata, IssuerOperation>> = {
  pushed_authorization_request_endpoint: "pushed_authorization",
  token_endpoint: "token",
  userinfo_endpoint: "userinfo",
  jwks_uri: "jwks",
  introspection_endpoint: "introspection",
  revocation_endpoint: "revocation",
};

/** Records the time of the requests to one issuer. */
interface RequestTimer {
  /** `fetch` whose requests are recorded. */
  timed(fetch: IssuerFetch): IssuerFetch;
  /** Learns the addresses by which the operations are told apart. Until then, any other address is of an API. */
  learn(metadata: ServerMetadata): void;
}

export function createRequestTimer(
  provider: string,
  discoveryAddress: string,
  { issuerSeconds }: Pick<Counts, "issuerSeconds">,
  tracer: Tracer = noTracer,
): RequestTimer {
  const discovery = [discoveryAddress, "discovery"] as const;
  let known: ReadonlyMap<string, IssuerOperation> = new Map([discovery]);
  return { timed, learn };

  function timed(fetch: IssuerFetch): IssuerFetch {
    return async (url, init) => {
      const operation = known.get(url) ?? "api";
      const attributes = { "doorward.provider": provider, "url.full": withoutQuery(url) };
      const startedAt = performance.now();
      let result: "ok" | "refused" | "error" = "error";
      try {
        return await tracer.span(
          `issuer ${operation}`,
          { kind: "client", attributes },
          async (span) => {
            const response = await fetch(url, carrying(span.traceparent, init));
            span.set({ "http.response.status_code": response.status });
            if (response.status < 500) result = response.ok ? "ok" : "refused";
            return response;
          },
        );
      } finally {
        issuerSeconds.of(provider, operation, result).since(startedAt);
      }
    };
  }

  function learn(metadata: ServerMetadata): void {
    const places = [metadata, metadata.mtls_endpoint_aliases ?? {}];
    const found = places.flatMap(Object.entries).flatMap(([name, address]) => {
      const operation = operations[name];
      const url = typeof address === "string" ? URL.parse(address) : null;
      return operation === undefined || url === null ? [] : [[url.href, operation] as const];
    });
    known = new Map([discovery, ...found]);
  }
}

/** W3C Trace Context: the issuer's own spans then belong to the same trace. */
function carrying(traceparent: string | undefined, init: RequestInit): RequestInit {
  if (traceparent === undefined) return init;
  const headers = new Headers(init.headers);
  headers.set("traceparent", traceparent);
  return { ...init, headers };
}

/** An API's query may name a person. */
function withoutQuery(url: string): string {
  return url.split("?", 1)[0] ?? "";
}
