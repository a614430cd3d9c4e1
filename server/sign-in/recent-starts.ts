import { createHash } from "node:crypto";
import * as v from "valibot";
import type { Site } from "../config/site.ts";
import { readCookie, setCookie } from "../cookies/cookie.ts";
import { endpointCookie } from "../cookies/endpoint-cookie.ts";
import { deriveKey, open, seal } from "../cookies/seal.ts";

const windowSeconds = 60;
/** One less than the start that is refused. */
const mostStarts = 2;
/** Tabs of one browser may loop in turns, each with its own target. */
const mostTargets = 4;

/** A target's digest and the times of its starts, in seconds since the epoch. */
const startsSchema = v.array(v.strictTuple([v.string(), v.array(v.number())]));
type Starts = v.InferOutput<typeof startsSchema>;

/**
 * The sign-ins that a browser began within the last minute, by return target, sealed in a cookie. A browser that is
 * redirected in a loop brings it along, however the loop came about.
 */
export class RecentStarts {
  readonly #keys: readonly Buffer[];
  readonly #now: () => number;

  constructor(secrets: readonly string[], now: () => number) {
    this.#keys = secrets.map((secret) => deriveKey(secret, "", "recent starts"));
    this.#now = now;
  }

  /** Counts a start: whether it is one too many, and the `Set-Cookie` value that records it. */
  count(
    site: Site,
    cookies: string | undefined,
    returnTo: string,
  ): { isLoop: boolean; setCookie: string } {
    const digest = createHash("sha256").update(returnTo).digest("base64url").slice(0, 8);
    const now = Math.floor(this.#now() / 1000);
    const starts = this.#read(site, cookies, now);
    const [, before = []] = starts.find(([target]) => target === digest) ?? [];
    const others = starts.filter(([target]) => target !== digest);
    const isLoop = before.length >= mostStarts;
    // After the page, the visitor may try again.
    const kept = isLoop ? others : [...others, [digest, [...before, now]] satisfies Starts[number]];
    return { isLoop, setCookie: this.#cookie(site, kept.slice(-mostTargets)) };
  }

  /** The `Set-Cookie` value that forgets all starts: the visitor sees a page, so there is no loop. */
  forget(site: Site): string {
    return keep(site, "", 0);
  }

  #read(site: Site, cookies: string | undefined, now: number): Starts {
    const value = readCookie(cookies, cookieOf(site).name);
    if (value === undefined) return [];
    for (const key of this.#keys) {
      const text = open(key, contextOf(site), value);
      if (text === undefined) continue;
      const result = v.safeParse(startsSchema, JSON.parse(text));
      if (!result.success) return []; // of another version
      return result.output.flatMap(([target, times]): Starts => {
        const recent = times.filter((time) => isRecent(time, now));
        return recent.length === 0 ? [] : [[target, recent]];
      });
    }
    return []; // sealed with a secret that is no longer configured
  }

  #cookie(site: Site, starts: Starts): string {
    const [key] = this.#keys;
    if (key === undefined) throw new TypeError("no secret is configured");
    if (starts.length === 0) return this.forget(site);
    const value = seal(key, contextOf(site), JSON.stringify(starts));
    return keep(site, value, windowSeconds);
  }
}

function isRecent(time: number, now: number): boolean {
  return time <= now && now < time + windowSeconds;
}

function keep(site: Site, value: string, maxAgeSeconds: number): string {
  const { name, path } = cookieOf(site);
  return setCookie(name, value, { maxAgeSeconds, secure: site.secure, path });
}

function cookieOf(site: Site) {
  return endpointCookie(site, "starts", "/start");
}

function contextOf({ url }: Site): string {
  return `recent starts:${url.href}`;
}
