import { LRUCache } from "lru-cache";
import type { RateLimiterRes } from "rate-limiter-flexible";
import RateLimiterMemory from "rate-limiter-flexible/lib/RateLimiterMemory.js";
import type { Site } from "../config/site.ts";
import type { SiteContext } from "../context.ts";
import { createAddressRanges, createLimitedAddress } from "../http/address-ranges.ts";
import {
  isCrossSite,
  isScriptForJson,
  isVisitorNavigation,
  tabOrFrame,
} from "../http/fetch-metadata.ts";
import { networkOf } from "../http/network-of.ts";
import { json, type HttpResponse } from "../http/response.ts";
import type { VisitorLog } from "../observe/visitor-log.ts";
import type { ShowPage } from "../pages/show-page.ts";
import { tooManyRequestsPage } from "../pages/too-many-requests-page.ts";
import type { BrowserRoute } from "./dispatch.ts";

/** Per endpoint and address. A large office that shares one address stays below it. */
const mostPerMinute = 600;
const mostAddresses = 10_000;

/** The response to a request above the limit of its visitor's address; undefined = the request is within it. */
type RateLimit = (
  route: Pick<BrowserRoute, "name"> & { readonly context: Pick<SiteContext, "site"> },
  peer: string | undefined,
  headers: Headers,
) => Promise<HttpResponse | undefined>;

/**
 * Limits `/start` and `/callback`, which ask the issuer and the store on behalf of anyone. All visitors of a proxy that
 * sends no `X-Forwarded-For` look like one, so they are not limited.
 */
export function createRateLimit(
  trustedProxies: readonly string[],
  { log, showPage }: { readonly log: Pick<VisitorLog, "warn">; readonly showPage: ShowPage },
): RateLimit {
  const isProxy = createAddressRanges(trustedProxies);
  const limitedAddress = createLimitedAddress(trustedProxies);
  const limiters = new Map([
    ["start", new BoundedLimiter()],
    ["callback", new BoundedLimiter()],
  ]);

  return async ({ name, context }, peer, headers) => {
    const limiter = limiters.get(name);
    const forwardedFor = headers.get("x-forwarded-for") ?? undefined;
    const address = isProxy(peer) ? limitedAddress(forwardedFor) : peer;
    if (limiter === undefined || address === undefined) return undefined;
    if (name === "start" && isRefusedAnyway(headers, context.site)) return undefined;
    const { consumedPoints, msBeforeNext } = await limiter.count(networkOf(address));
    if (consumedPoints <= mostPerMinute) return undefined;
    // One line per address and minute: a flood must not fill the log.
    if (consumedPoints === mostPerMinute + 1)
      log.warn(
        { path: `${context.site.base}/${name}`, address },
        "too many requests from one address",
      );
    const retry = ["Retry-After", String(Math.ceil(msBeforeNext / 1000))];
    return isScriptForJson(headers)
      ? json(429, { error: "too_many_requests" }, ...retry)
      : showPage(
          tooManyRequestsPage(context.site.address("start")),
          headers.get("accept-language"),
          ...retry,
        );
  };
}

/** A page of another site can make a visitor's browser send these, and must not use up the visitor's limit by them. */
function isRefusedAnyway(headers: Headers, site: Site): boolean {
  return isScriptForJson(headers)
    ? isCrossSite(headers, site)
    : !isVisitorNavigation(headers, tabOrFrame);
}

/** The limiter keeps every key for a minute. A caller with many addresses could fill memory, so the oldest are dropped. */
class BoundedLimiter {
  readonly #limiter = new RateLimiterMemory({ points: mostPerMinute, duration: 60 });
  readonly #keys = new LRUCache<string, true>({
    max: mostAddresses,
    noDisposeOnSet: true,
    dispose: (_, key) => void this.#limiter.delete(key),
  });

  /** Counts a request. `penalty` is `consume` without an error above the limit. */
  count(key: string): Promise<RateLimiterRes> {
    this.#keys.set(key, true);
    return this.#limiter.penalty(key);
  }
}
