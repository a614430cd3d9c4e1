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

const known: ReadonlySet<string> = new Set(read);

/** Node joins or drops repeated headers, each its own way, so we read the raw ones: a list says "twice". */
export class RequestHeaders {
  readonly #values = new Map<string, string>();
  readonly #repeated = new Set<string>();

  constructor(rawHeaders: readonly string[]) {
    for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
      const name = (rawHeaders[index] as string).toLowerCase();
      if (!known.has(name)) continue;
      const value = rawHeaders[index + 1] as string;
      const before = this.#values.get(name);
      if (before === undefined) this.#values.set(name, value);
      // HTTP/2 sends a cookie a line, and RFC 9113 §8.2.3 joins them so.
      else if (name === "cookie") this.#values.set(name, `${before}; ${value}`);
      else if (name === "x-forwarded-for") this.#values.set(name, `${before}, ${value}`);
      else this.#repeated.add(name);
    }
  }

  get(name: ReadHeader): string | undefined {
    return this.#values.get(name);
  }

  isRepeated(name: ReadHeader): boolean {
    return this.#repeated.has(name);
  }
}
