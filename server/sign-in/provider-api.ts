import { ApiError, type Api, type Page, type Question } from "../../providers/api.ts";
import type { IssuerFetch } from "./issuer-fetch.ts";

/** A list is read page after page, so this is for all of them together. */
const patienceMs = 8_000;

export interface ApiAccess {
  /** Where the API begins; nothing else is asked, whatever an answer says. */
  readonly base: string;
  readonly accessToken: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly fetch: IssuerFetch;
}

/** A provider's API in one visitor's name, for one look at who it is. */
export function createApi({ base, accessToken, headers, fetch }: ApiAccess): Api {
  const signal = AbortSignal.timeout(patienceMs);
  return async (path, question = {}) => {
    const url = addressOf(base, path);
    const place = `${question.method ?? "GET"} ${url.origin}${url.pathname}`;
    const init = requestOf(question, { ...headers, Authorization: `Bearer ${accessToken}` });
    const response = await fetch(url.href, { ...init, signal }).catch((cause: unknown) => {
      throw new ApiError(`${place} gives no answer`, undefined, { cause });
    });
    const { status } = response;
    if (status !== 200 && !question.expects?.includes(status)) {
      throw new ApiError(`${place} answers ${status}`, isRateLimit(response) ? 429 : status);
    }
    return { status, body: await jsonOf(response, place), next: nextOf(response, url) };
  };
}

/** RFC 6750 §5.3: the token goes to the API that it is for and nowhere else, though a page's link lead there. */
function addressOf(base: string, path: string): URL {
  const url = URL.parse(path.startsWith("/") ? base.replace(/\/+$/, "") + path : path);
  if (url === null || url.origin !== new URL(base).origin || url.username !== "") {
    throw new ApiError(`the API at ${base} leads elsewhere`, 200);
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

/** GitHub and others say 403 where 429 is meant. */
function isRateLimit({ status, headers }: Response): boolean {
  return (
    status === 403 && (headers.has("retry-after") || headers.get("x-ratelimit-remaining") === "0")
  );
}

/** A page for people where JSON was expected is a captive portal, or a load balancer that is unwell. */
async function jsonOf(response: Response, place: string): Promise<unknown> {
  const text = await response.text();
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ApiError(`${place} answers with something that is no JSON`, undefined, { cause });
  }
}

/** RFC 8288: `<https://api.example.com/orgs?page=2>; rel="next"`, of which no part but this one matters. */
function nextOf(response: Response, from: URL): Page["next"] {
  for (const link of (response.headers.get("link") ?? "").split(/,\s*(?=<)/)) {
    const [, target] = /^<([^>]*)>.*;\s*rel="?next"?(;|$)/.exec(link.trim()) ?? [];
    if (target !== undefined) return URL.parse(target, from)?.href;
  }
  return undefined;
}

/** Where there is no access token there is no API either: what needs it cannot be learnt. */
export const noApi: Api = (path) => {
  throw new ApiError(`${path} cannot be asked without an access token`, 200);
};
