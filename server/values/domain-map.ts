const period = 46;

interface Entry<Value> {
  readonly domain: string;
  readonly value: Value;
}

/** The domains of one length; several of them by their hash. */
interface OfLength<Value> {
  readonly length: number;
  readonly entries: Entry<Value>[];
  readonly byHash: Map<number, Entry<Value>[]>;
}

/**
 * Values by domain. A search allocates nothing and costs about as much as a lookup in a map, so that the hosts that a
 * visitor makes up need no cache.
 */
export class DomainMap<Value> {
  /** The longest first. */
  #byLength: readonly OfLength<Value>[] = [];

  /** Of several values for a domain, the first one counts. */
  add(domain: string, value: Value): void {
    const { entries, byHash } = this.#ofLength(domain.length);
    const hash = hashOf(domain, 0, domain.length);
    entries.push({ domain, value });
    byHash.set(hash, [...(byHash.get(hash) ?? []), { domain, value }]);
  }

  /** The value of the longest domain that a host equals or is below. Its name ends at `end`, before the port. */
  find(host: string, end: number = host.length): Value | undefined {
    return this.#search(host, 0, end);
  }

  /** The value of the longest domain that a host is below. */
  findAbove(host: string, end: number = host.length): Value | undefined {
    return this.#search(host, 1, end);
  }

  #search(host: string, first: number, end: number): Value | undefined {
    for (const { length, entries, byHash } of this.#byLength) {
      const start = end - length;
      if (start < first || (start > 0 && host.charCodeAt(start - 1) !== period)) continue;
      const candidates = entries.length === 1 ? entries : byHash.get(hashOf(host, start, end));
      if (candidates === undefined) continue;
      for (const { domain, value } of candidates) if (host.startsWith(domain, start)) return value;
    }
    return undefined;
  }

  #ofLength(length: number): OfLength<Value> {
    const known = this.#byLength.find((one) => one.length === length);
    if (known !== undefined) return known;
    const added: OfLength<Value> = { length, entries: [], byHash: new Map() };
    this.#byLength = [...this.#byLength, added].toSorted((one, other) => other.length - one.length);
    return added;
  }
}

function hashOf(host: string, start: number, end: number): number {
  let hash = 0;
  for (let index = start; index < end; index++)
    hash = (Math.imul(hash, 31) + host.charCodeAt(index)) | 0;
  return hash;
}
