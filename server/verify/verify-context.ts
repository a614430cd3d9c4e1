import type { Site } from "../config/site.ts";
import type { Dialect } from "../forwarded/dialects.ts";
import type { ForwardedRequest } from "../forwarded/forwarded-request.ts";
import type { RequestHeaders } from "../forwarded/request-headers.ts";

/** A forwarded request and the dialect to respond in. */
export interface VerifyContext {
  readonly dialect: Dialect;
  readonly request: ForwardedRequest;
  readonly headers: RequestHeaders;
  /** The site whose session cookie is read. */
  readonly site: Site;
  /** The query of `/verify` itself, without its question mark. */
  readonly query: string;
  /** The proxy's address. */
  readonly peer: string | undefined;
}
