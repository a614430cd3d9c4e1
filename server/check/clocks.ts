import { toleranceSeconds } from "../sign-in/verify-jwt.ts";
import { fault, ok, warning, type Finding } from "./finding.ts";

const noticeableSeconds = 5;

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface Clocks {
  readonly fetch: Fetch;
  /** Compares the clocks of the servers at these addresses with ours; empty = no response had a `Date`. */
  compare(addresses: readonly string[]): Finding[];
}

/** A `fetch` that reads the server's time from the `Date` of every response (RFC 9110 §6.6.1). */
export function watchClocks(fetch: Fetch, now: () => number): Clocks {
  const offsets = new Map<string, number>();

  function note(origin: string, offset: number | undefined): void {
    if (offset === undefined) return;
    const known = offsets.get(origin);
    // A cache may return an old response; the one with the smallest offset is the freshest.
    if (known === undefined || Math.abs(offset) < Math.abs(known)) offsets.set(origin, offset);
  }

  return {
    async fetch(url, init) {
      const sentAt = now();
      const response = await fetch(url, init);
      note(new URL(url).origin, offsetOf(response.headers, sentAt, now()));
      return response;
    },
    compare: (addresses) =>
      [...new Set(addresses.map((address) => new URL(address).origin))].flatMap((origin) => {
        const offset = offsets.get(origin);
        return offset === undefined ? [] : [skew(origin, Math.round(offset / 1_000))];
      }),
  };
}

/** The smallest possible offset in milliseconds; above 0 = ahead of us. A `Date` has whole seconds only. */
function offsetOf(headers: Headers, sentAt: number, receivedAt: number): number | undefined {
  const date = Date.parse(headers.get("date") ?? "");
  if (Number.isNaN(date)) return undefined;
  const then = date + (Number(headers.get("age") ?? 0) || 0) * 1_000;
  if (then > receivedAt) return then - receivedAt;
  return Math.min(0, then + 999 - sentAt);
}

function skew(origin: string, seconds: number): Finding {
  const size = Math.abs(seconds);
  if (size <= noticeableSeconds) return ok(`the clock of ${origin} agrees with this machine's`);
  const way = seconds > 0 ? "ahead of" : "behind";
  const claims = seconds > 0 ? "issued in the future (iat, nbf)" : "expired too early (exp)";
  const text = `the clock of ${origin} is ${size} s ${way} this machine's, so its tokens look ${claims}: synchronize this machine by NTP (doorward tolerates ${toleranceSeconds} s)`;
  return size > toleranceSeconds ? fault(text) : warning(text);
}
