import { setTimeout as wait } from "node:timers/promises";
import { isWithin } from "../memory/cached.ts";
import type { IssuerFetch } from "./issuer-fetch.ts";

const probePauseMs = 5_000;
const timeoutMs = 4_000;
/** A readiness probe of Kubernetes waits one second by default. The next one gets the result of a slower issuer. */
const patienceMs = 300;
/** Later the failure of an endpoint that no request has used since shows nothing. */
const lastingMs = 5 * 60_000;

/** Whether an issuer works, as its last responses show. */
export interface IssuerHealth {
  /** `fetch` that records for each endpoint whether its last request failed. */
  readonly fetch: IssuerFetch;
  /** Requests the metadata, at most once in five seconds. For operators alone: no visitor causes a request here. */
  isDown(): Promise<boolean>;
}

/** `discoveryAddress`: undefined for a provider without metadata. */
export function watchIssuer(
  discoveryAddress: string | undefined,
  { fetch, now }: { readonly fetch: IssuerFetch; readonly now: () => number },
): IssuerHealth {
  /** The time of the failure, by endpoint. */
  const failures = new Map<string, number>();
  let probe = Promise.resolve();
  let probedAt = Number.NEGATIVE_INFINITY;

  return {
    fetch: watched,
    async isDown() {
      if (discoveryAddress !== undefined && !isWithin(now(), probedAt, probedAt + probePauseMs)) {
        probedAt = now();
        probe = ask(discoveryAddress);
      }
      await Promise.race([probe, wait(patienceMs, undefined, { ref: false })]);
      const time = now();
      return [...failures.values()].some((since) => isWithin(time, since, since + lastingMs));
    },
  };

  async function watched(url: string, init: object): Promise<Response> {
    const { origin, pathname } = new URL(url);
    const endpoint = origin + pathname;
    try {
      const response = await fetch(url, init);
      const { status } = response;
      if (url === discoveryAddress ? status === 200 : status < 500) failures.delete(endpoint);
      else failures.set(endpoint, now());
      return response;
    } catch (error) {
      failures.set(endpoint, now());
      throw error;
    }
  }

  async function ask(address: string): Promise<void> {
    const headers = { Accept: "application/json", "User-Agent": "doorward" };
    const signal = AbortSignal.timeout(timeoutMs);
    await watched(address, { headers, signal }).catch(() => undefined); // recorded as a failure
  }
}
