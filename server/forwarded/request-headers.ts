import { equalsIgnoreCase } from "../http/raw-headers.ts";
import { requestIdOf } from "../observe/request-id.ts";
import { extAuthzHeaders, headerFamilies } from "./dialects.ts";

/** The visitor's headers that a decision depends on: a proxy must pass them to doorward. */
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
  "accept-language",
] as const;

/** One bit of a 32-bit mask for each name. */
const mostNames = 32;
const longestName = 31;
const unread = -1;
const noPlaces: readonly number[] = [];

/** The names of the headers that are read, indexed by length, which already tells nearly all apart. */
export class HeaderNames {
  readonly #names: readonly string[];
  readonly #places: ReadonlyMap<string, number>;
  readonly #byLength: readonly (readonly number[])[];
  /** The last spelling of each: a proxy uses the same one in all its requests. */
  readonly #spellings: string[];
  /** RFC 9113 §8.2.3: HTTP/2 can send one header line per cookie. */
  readonly cookie: number;
  readonly forwardedFor: number;
  /** The initial values for a request. */
  readonly noValues: readonly undefined[];

  /** Throws if a name does not fit the tables: it would never be read, although a rule may depend on it. */
  constructor(written: Iterable<string>) {
    const names = [...new Set(written)];
    const fault = names.find((name) => name.length > longestName || name !== name.toLowerCase());
    if (fault !== undefined)
      throw new TypeError(
        `the header name ${fault} must be lower case and have at most ${longestName} characters`,
      );
    if (names.length > mostNames)
      throw new TypeError(`${names.length} header names do not fit the mask of ${mostNames} bits`);
    this.#names = names;
    this.#places = new Map(names.map((name, place) => [name, place]));
    this.#byLength = Array.from({ length: longestName + 1 }, (_, length) =>
      names.flatMap((name, place) => (name.length === length ? [place] : [])),
    );
    this.#spellings = [...names];
    this.cookie = names.indexOf("cookie");
    this.forwardedFor = names.indexOf("x-forwarded-for");
    this.noValues = names.map(() => undefined);
  }

  /** The index of a lower-case name. Throws if the name is not in the table. */
  placeOf(name: string): number {
    const place = this.#places.get(name);
    if (place === undefined)
      throw new TypeError(`the header ${name} is not in the table of headers to read`);
    return place;
  }

  /** The index of a header in any spelling; negative = not in the table. */
  find(written: string): number {
    const candidates = this.#byLength[written.length] ?? noPlaces;
    for (const place of candidates) if (this.#spellings[place] === written) return place;
    for (const place of candidates) {
      if (!equalsIgnoreCase(written, this.#names[place] as string)) continue;
      this.#spellings[place] = written;
      return place;
    }
    return unread;
  }
}

/** Every header that a decision can depend on; no other header has an effect. */
export const readHeaders = new HeaderNames([
  ...headerFamilies.flatMap(({ required, signs }) => [required, signs].flat()),
  ...extAuthzHeaders,
  "x-forwarded-for",
  "x-request-id",
  ...visitorHeaders,
]);

/**
 * The headers of a request, from Node's raw list, because Node's `headers` joins or drops repeated ones. The list is
 * read once, and only the headers of the table are kept.
 */
export class RequestHeaders {
  readonly #names: HeaderNames;
  readonly #values: (string | undefined)[];
  /** One bit for each index. */
  #repeated = 0;
  #requestId: string | undefined;

  constructor(rawHeaders: readonly string[], names: HeaderNames = readHeaders) {
    this.#names = names;
    const values: (string | undefined)[] = names.noValues.slice();
    this.#values = values;
    for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
      const place = names.find(rawHeaders[index] as string);
      if (place === unread) continue;
      const value = rawHeaders[index + 1] as string;
      const before = values[place];
      if (before === undefined) values[place] = value;
      else if (place === names.cookie) values[place] = `${before}; ${value}`;
      else if (place === names.forwardedFor) values[place] = `${before}, ${value}`;
      else this.#repeated |= 1 << place;
    }
  }

  get(name: string): string | undefined {
    return this.#values[this.#names.placeOf(name)];
  }

  /** The request's id in the log, on its page and in the answer; made on first use, so that an allow needs none. */
  get requestId(): string {
    // Of two, one may be the visitor's.
    const sent = this.isRepeated("x-request-id") ? undefined : this.get("x-request-id");
    return (this.#requestId ??= requestIdOf(sent));
  }

  isRepeated(name: string): boolean {
    return this.#repeated !== 0 && (this.#repeated & (1 << this.#names.placeOf(name))) !== 0;
  }
}
