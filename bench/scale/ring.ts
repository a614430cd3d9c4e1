import { crc32 } from "node:zlib";

/** As many as nginx's `hash … consistent` gives a server of weight 1. */
const pointsPerServer = 160;

/** Servers on a ring of 2^32 positions; a key belongs to the next server on it. */
export class Ring {
  readonly #points: readonly { readonly at: number; readonly port: number }[];

  constructor(ports: readonly number[]) {
    this.#points = ports.flatMap(pointsOf).toSorted((one, other) => one.at - other.at);
  }

  /** Every server in the order in which a proxy tries them for this key. */
  serversFor(key: string): number[] {
    const start = this.#firstFrom(crc32(key));
    const inOrder = new Set<number>();
    for (let index = 0; index < this.#points.length; index++) {
      const point = this.#points[(start + index) % this.#points.length];
      if (point !== undefined) inOrder.add(point.port);
    }
    return [...inOrder];
  }

  /** The server of this key. */
  serverFor(key: string): number | undefined {
    return this.#points[this.#firstFrom(crc32(key)) % this.#points.length]?.port;
  }

  #firstFrom(position: number): number {
    let [low, high] = [0, this.#points.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#points[middle]?.at ?? 0) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A chain of hashes: crc32 of texts that differ in their last character only would lie close together. */
function pointsOf(port: number): { at: number; port: number }[] {
  let at = 0;
  return Array.from({ length: pointsPerServer }, () => {
    at = crc32(`${port} ${at}`);
    return { at, port };
  });
}
