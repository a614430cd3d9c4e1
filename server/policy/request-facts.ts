import type { ForwardedRequest } from "../forwarded/forwarded-request.ts";
import { readPath, type PathReadings } from "./path-readings.ts";
import { readQuery, type QueryReadings } from "./query-readings.ts";

/** What conditions look at, beyond the request itself. */
export interface RequestFacts {
  readonly request: ForwardedRequest;
  readonly address: string | undefined;
  /** The provider of the session, if there is one. */
  readonly provider: string | undefined;
  readonly isPreflight: boolean;
  /** Both are read once per request, and only if a rule needs them. */
  path?: PathReadings;
  query?: QueryReadings;
}

/** The path of a request target as it is written. */
export function pathIn(uri: string): string {
  const mark = uri.indexOf("?");
  return mark === -1 ? uri : uri.slice(0, mark);
}

export function pathOf(facts: RequestFacts): PathReadings {
  facts.path ??= readPath(facts.request.uri);
  return facts.path;
}

export function queryOf(facts: RequestFacts): QueryReadings {
  facts.query ??= readQuery(facts.request.uri);
  return facts.query;
}
