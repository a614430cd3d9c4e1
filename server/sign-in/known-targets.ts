import { createHash } from "node:crypto";
import type { Site } from "../config/site.ts";
import { readCookie, setCookie } from "../cookies/cookie.ts";
import { endpointCookie } from "../cookies/endpoint-cookie.ts";
import { deriveKey, open, seal } from "../cookies/seal.ts";
import { transactionMs, type Transaction } from "./transaction.ts";

/** A sign-in that is over: its transaction is spent, or was dropped for newer ones. */
export type Ended = Pick<Transaction, "state" | "returnTo" | "expiresAt">;

interface Target {
  /** Of the state. */
  readonly digest: string;
  readonly returnTo: string;
  /** Minutes since the epoch. */
  readonly until: number;
}

const minuteMs = 60_000;
/** A value for another name, in base64url after the seal's 28 bytes. */
const sealedLength = (text: string) => Math.ceil(((Buffer.byteLength(text) + 28) * 4) / 3);

/**
 * The return targets of sign-ins that are over, sealed in a cookie, until the sign-in would have expired. Visitors who
 * go back in history, or whose browser restores many tabs, have a session then and continue where they were going.
 */
export class KnownTargets {
  readonly #keys: readonly Buffer[];
  readonly #now: () => number;

  constructor(secrets: readonly string[], now: () => number) {
    this.#keys = secrets.map((secret) => deriveKey(secret, "", "known targets"));
    this.#now = now;
  }

  /** The `Set-Cookie` value that adds targets. The oldest are left out if the cookie would be longer than `room`. */
  add(site: Site, cookies: string | undefined, ended: readonly Ended[], room: number): string {
    const [key] = this.#keys;
    if (key === undefined) throw new TypeError("no secret is configured");
    const added = ended.flatMap(({ state, returnTo, expiresAt }) =>
      this.#now() < expiresAt
        ? [{ digest: digestOf(state), returnTo, until: Math.ceil(expiresAt / minuteMs) }]
        : [],
    );
    // A visitor who reloads an old callback adds its target again.
    const known = new Map([...this.#read(site, cookies), ...added].map((one) => [one.digest, one]));
    const targets = [...known.values()];
    const { name, path } = cookieOf(site);
    let written = write(targets);
    while (targets.length > 0 && name.length + sealedLength(written) > room) {
      targets.shift();
      written = write(targets);
    }
    const value = targets.length === 0 ? "" : seal(key, contextOf(site), written);
    const maxAgeSeconds = value === "" ? 0 : transactionMs / 1000;
    return setCookie(name, value, { maxAgeSeconds, secure: site.secure, path });
  }

  /** Whether the browser's cookie is no longer than `room`. */
  fits(site: Site, cookies: string | undefined, room: number): boolean {
    const { name } = cookieOf(site);
    return name.length + (readCookie(cookies, name)?.length ?? 0) <= room;
  }

  /** A sign-in of this browser that is over. */
  find(site: Site, cookies: string | undefined, state: string): Ended | undefined {
    const digest = digestOf(state);
    const target = this.#read(site, cookies).findLast((one) => one.digest === digest);
    return target && { state, returnTo: target.returnTo, expiresAt: target.until * minuteMs };
  }

  #read(site: Site, cookies: string | undefined): Target[] {
    const value = readCookie(cookies, cookieOf(site).name);
    const now = Math.floor(this.#now() / minuteMs);
    for (const key of value === undefined ? [] : this.#keys) {
      const text = open(key, contextOf(site), value ?? "");
      if (text !== undefined) return parse(text).filter(({ until }) => now < until);
    }
    return [];
  }
}

/** Each target on a line after the origin that it has in common with others, because cookies are short of space. */
function write(targets: readonly Target[]): string {
  const byOrigin = Map.groupBy(targets, ({ returnTo }) => new URL(returnTo).origin);
  return Array.from(byOrigin, ([origin, own]) => [
    origin,
    ...own.map(
      ({ digest, until, returnTo }) =>
        ` ${digest}${until.toString(36).padStart(minuteLength, "0")}${returnTo.slice(origin.length)}`,
    ),
  ])
    .flat()
    .join("\n");
}

const digestLength = 4;
const minuteLength = 5;

function parse(text: string): Target[] {
  let origin = "";
  return text.split("\n").flatMap((line): Target[] => {
    if (!line.startsWith(" ")) {
      origin = line;
      return [];
    }
    const [digest, rest] = [line.slice(1, 1 + digestLength), line.slice(1 + digestLength)];
    const until = Number.parseInt(rest.slice(0, minuteLength), 36);
    return [{ digest, until, returnTo: origin + rest.slice(minuteLength) }];
  });
}

function digestOf(state: string): string {
  return createHash("sha256").update(state).digest("base64url").slice(0, digestLength);
}

function contextOf({ url }: Site): string {
  return `known targets:${url.href}`;
}

function cookieOf(site: Site) {
  return endpointCookie(site, "targets", "/");
}
