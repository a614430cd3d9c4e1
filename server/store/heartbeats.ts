import { randomUUID } from "node:crypto";
import type { Publisher } from "./redis-publishers.ts";

/** As long as a heartbeat is waited for, for the measure of the delay. */
const keptMs = 2_000;

/**
 * Messages of one subscription to itself. In a Cluster, they must arrive through more than half of the masters: the
 * subscriber may still reach nodes that are separated from the others. A minority of the masters elects no new ones, and
 * Redis accepts messages all the same.
 */
export class Heartbeats {
  /** By their texts, which are random, so that they cannot be forged. */
  readonly #sent = new Map<string, { readonly publisher: string; readonly at: number }>();
  /** When the newest heartbeat that arrived through a node was sent, by the node's name. */
  readonly #arrived = new Map<string, number>();
  #names: readonly string[] = [];
  #turn = 0;
  /** The heartbeats sent since then prove that announcements arrive. On the clock of `performance.now()`. */
  provenAt = Number.NEGATIVE_INFINITY;

  /** Sends one through each of some nodes. The nodes take turns, so that each has had one long before silence counts. */
  send(publishers: readonly Publisher[], channel: string): void {
    const at = performance.now();
    for (const [text, sent] of this.#sent) if (at - sent.at > keptMs) this.#sent.delete(text);
    this.#names = publishers.map(({ name }) => name);
    for (const name of this.#arrived.keys())
      if (!this.#names.includes(name)) this.#arrived.delete(name);
    this.#prove();
    for (let count = 0; count < perBeat(publishers.length); count++) {
      const publisher = publishers[this.#turn++ % publishers.length];
      if (publisher === undefined) return;
      const text = randomUUID();
      this.#sent.set(text, { publisher: publisher.name, at });
      // A failed heartbeat does not arrive, and only that is checked.
      publisher.publish(channel, text).catch(() => undefined);
    }
  }

  /** When this heartbeat was sent. undefined = by another process, or too long ago, or it is a repeat. */
  receive(text: string): number | undefined {
    const sent = this.#sent.get(text);
    if (sent === undefined) return undefined;
    this.#sent.delete(text);
    const { publisher, at } = sent;
    this.#arrived.set(publisher, Math.max(this.#arrived.get(publisher) ?? at, at));
    this.#prove();
    return at;
  }

  #prove(): void {
    const times = this.#names.map((name) => this.#arrived.get(name) ?? Number.NEGATIVE_INFINITY);
    times.sort((one, other) => other - one);
    const moreThanHalf = Math.floor(times.length / 2) + 1;
    this.provenAt = times[moreThanHalf - 1] ?? Number.NEGATIVE_INFINITY;
  }
}

/** Each of the nodes has a turn in at most four beats. */
function perBeat(nodes: number): number {
  return Math.min(nodes, Math.max(2, Math.ceil(nodes / 4)));
}
