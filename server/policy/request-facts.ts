import type { ForwardedRequest } from "../forwarded/forwarded-request.ts";
import { readPath, type PathReadings } from "./path-readings.ts";
import { readQuery, type QueryReadings } from "./query-readings.ts";

/** What conditions look at, beyond the request itself. */
export interface Circumstances {
  readonly request: ForwardedRequest;
  readonly address: string | undefined;
  /** The provider of the session, if there is one. */
  readonly provider: string | undefined;
  readonly isPreflight: boolean;
  /** Both are read once a request, and only where a rule asks for them. */
  path?: PathReadings;
  query?: QueryReadings;
}

export function pathOf(given: Circumstances): PathReadings {
  given.path ??= readPath(given.request.uri);
  return given.path;
}

export function queryOf(given: Circumstances): QueryReadings {
  given.query ??= readQuery(given.request.uri);
  return given.query;
}
