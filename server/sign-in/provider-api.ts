import { ApiError, type Api, type Page, type Question } from "../../providers/api.ts";
import type { IssuerFetch } from "./issuer-fetch.ts";
import { wordsIn } from "./issuer-words.ts";

/** For all pages of a list together. */
const patienceMs = 8_000;

interface ApiAccess {
  /** The base URL of the API; a response cannot cause a request to another origin. */
  readonly base: string;
  readonly accessToken: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly fetch: IssuerFetch;
}

/** A provider's API with one visitor's access token, for reading one identity. */
export function createApi({ base, accessToken, headers, fetch }: ApiAccess): Api {
  const signal = AbortSignal.timeout(patienceMs);
  return async (path, question = {}) => {
    const url = addressOf(base, path);
    const place = `${question.method ?? "GET"} ${url.origin}${url.pathname}`;
    const init = requestOf(question, { ...headers, Authorization: `Bearer ${accessToken}` });
    const response = await fetch(url.href, { ...init, signal }).catch((cause: unknown) => {
      throw new ApiError(`${place} got no response`, undefined, { cause });
    });
    const { status } = response;
    if (status !== 200 && !question.expects?.includes(status)) {
      const said = wordsIn(await response.json().catch(() => undefined), [accessToken]);
      const reason = said === undefined ? "" : ` ${said}`;
      const counted = isRateLimit(response) ? 429 : status;
      throw new ApiError(`${place} returned ${status}${reason}`, counted);
    }
    return { status, body: await jsonOf(response, place), next: nextOf(response, url) };
  };
}

/** RFC 6750 §5.3: the token is sent only to the API that it is for, even if a page links to another origin. */
function addressOf(base: string, path: string): URL {
  const url = URL.parse(path.startsWith("/") ? base.replace(/\/+$/, "") + path : path);
  if (url === null || url.origin !== new URL(base).origin || url.username !== "") {
    throw new ApiError(`the API at ${base} links to another origin`, 200);
  }
  return url;
}

function requestOf({ method = "GET", headers, body }: Question, usual: Record<string, string>) {
  const ours = { Accept: "application/json", "User-Agent": "doorward" };
  return {
    method,
    headers: {
      ...ours,
      ...(body && { "Content-Type": "application/json" }),
      ...headers,
      ...usual,
    },
    ...(body && { body: JSON.stringify(body) }),
  };
}

/** GitHub and others return 403 instead of 429. */
function isRateLimit({ status, headers }: Response): boolean {
  return (
    status === 403 && (headers.has("retry-after") || headers.get("x-ratelimit-remaining") === "0")
  );
}

/** HTML instead of JSON comes from a captive portal or a failing load balancer. */
async function jsonOf(response: Response, place: string): Promise<unknown> {
  const text = await response.text();
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ApiError(`${place} returned a body that is not JSON`, undefined, { cause });
  }
}

/** RFC 8288: `<https://api.example.com/orgs?page=2>; rel="next"`; other relations are ignored. */
function nextOf(response: Response, from: URL): Page["next"] {
  for (const link of (response.headers.get("link") ?? "").split(/,\s*(?=<)/)) {
    const [, target] = /^<([^>]*)>.*;\s*rel="?next"?(;|$)/.exec(link.trim()) ?? [];
    if (target !== undefined) return URL.parse(target, from)?.href;
  }
  return undefined;
}

/** Without an access token every API request fails. */
export const noApi: Api = (path) => {
  throw new ApiError(`cannot request ${path} without an access token`, 200);
};
