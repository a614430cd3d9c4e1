import { equalsIgnoreCase } from "../http/raw-headers.ts";

/** What a verdict depends on beside the request as a proxy tells it: a proxy must pass these on. */
export const visitorHeaders = [
  "cookie",
  "authorization",
  "accept",
  "origin",
  "access-control-request-method",
  "x-requested-with",
  "sec-websocket-key",
  "sec-fetch-mode",
  "sec-fetch-dest",
  "sec-fetch-site",
] as const;

/** The headers that a verdict may depend on; every other one has no influence at all. */
const read = [
  "host",
  "x-forwarded-method",
  "x-forwarded-proto",
  "x-forwarded-host",
  "x-forwarded-uri",
  "x-original-url",
  "x-original-method",
  "x-forwarded-for",
  ...visitorHeaders,
] as const;

export type ReadHeader = (typeof read)[number];

const places = new Map<string, number>(read.map((name, place) => [name, place]));
const unread = -1;

/** Their places by the length of their names, which tells nearly all headers apart before a name is looked at. */
const byLength: readonly (readonly number[])[] = Array.from({ length: 32 }, (_, length) =>
  read.flatMap((name, place) => (name.length === length ? [place] : [])),
);

const noPlaces: readonly number[] = [];

/** How each was last spelled: a proxy spells it alike in all its requests. */
const spellings: string[] = [...read];

function placeOf(name: string): number {
  const candidates = byLength[name.length] ?? noPlaces;
  for (const place of candidates) if (spellings[place] === name) return place;
  for (const place of candidates) {
    if (!equalsIgnoreCase(name, read[place] as string)) continue;
    spellings[place] = name;
    return place;
  }
  return unread;
}

const [cookie, forwardedFor] = [read.indexOf("cookie"), read.indexOf("x-forwarded-for")];
const none: readonly undefined[] = read.map(() => undefined);

/**
 * Node joins or drops repeated headers, each its own way, so we read the raw ones: a list says "twice". They
 * are gone through once, and nothing is made of them but the list of those that count.
 */
export class RequestHeaders {
  readonly #values: (string | undefined)[] = none.slice();
  /** A bit for each place. */
  #repeated = 0;

  constructor(rawHeaders: readonly string[]) {
    const values = this.#values;
    for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
      const place = placeOf(rawHeaders[index] as string);
      if (place === unread) continue;
      const value = rawHeaders[index + 1] as string;
      const before = values[place];
      if (before === undefined) values[place] = value;
      // HTTP/2 sends a cookie a line, and RFC 9113 §8.2.3 joins them so.
      else if (place === cookie) values[place] = `${before}; ${value}`;
      else if (place === forwardedFor) values[place] = `${before}, ${value}`;
      else this.#repeated |= 1 << place;
    }
  }

  get(name: ReadHeader): string | undefined {
    return this.#values[places.get(name) as number];
  }

  isRepeated(name: ReadHeader): boolean {
    return this.#repeated !== 0 && (this.#repeated & (1 << (places.get(name) as number))) !== 0;
  }
}
