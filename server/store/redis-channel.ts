import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { LRUCache } from "lru-cache";
import type { Log } from "../observe/log.ts";

const beatMs = 150;
/** Five missed heartbeats: a stopped or disconnected peer is detected within a second. */
const silenceMs = 800;
const reopenMs = 100;

interface ChannelParts {
  /** Commands and messages use separate connections: a heartbeat that arrives proves that both work. */
  readonly publish: (channel: string, text: string) => Promise<unknown>;
  /** A random id stored with the data. A new id means that Redis was emptied. */
  readonly dataEpoch: () => Promise<string>;
  /** Opens a connection that does not reconnect by itself: this class opens another one instead. */
  readonly connect: () => Redis;
  readonly name: string;
  /** Separates this process's heartbeats from those of other processes. */
  readonly id: string;
  readonly log: Log | undefined;
}

/** Redis publish/subscribe with heartbeats, which detect a broken subscription and an emptied Redis. */
export class RedisChannel {
  readonly #parts: ChannelParts;
  readonly #beats: string;
  readonly #timer: NodeJS.Timeout;
  readonly #listeners: ((announcement: string) => void)[] = [];
  readonly #onReconnected: (() => void)[] = [];
  /** Sent heartbeats that have not arrived yet, and when they were sent. Their names are random, so cannot be forged. */
  readonly #sent = new LRUCache<string, number>({ max: 2 * Math.ceil(silenceMs / beatMs) });
  #subscriber: Redis | undefined;
  #openedAt = 0;
  /** When the last received heartbeat was sent, on the clock of `performance.now()`. */
  #receivedAt = Number.NEGATIVE_INFINITY;
  /** When a heartbeat arrived last, or since when the first one is awaited. */
  #arrivedAt = performance.now();
  #tripMs = 0;
  #dataEpoch: string | undefined;
  #isOpen = false;
  #isClosed = false;

  constructor(parts: ChannelParts) {
    this.#parts = parts;
    this.#beats = `${parts.name}:${parts.id}`;
    this.#timer = setInterval(() => this.#beat(), beatMs).unref();
    this.#open();
  }

  get isReceiving(): boolean {
    if (this.#isOpen && performance.now() - this.#receivedAt > silenceMs) this.#lose();
    return this.#isOpen;
  }

  /** The time that the newest heartbeat took, or the age of the last one if the next is overdue. */
  get lagMs(): number {
    return Math.max(this.#tripMs, performance.now() - this.#arrivedAt - beatMs);
  }

  async announce(announcement: string): Promise<void> {
    await this.#parts.publish(this.#parts.name, announcement);
  }

  onAnnounced(listener: (announcement: string) => void): void {
    this.#listeners.push(listener);
  }

  onReconnected(listener: () => void): void {
    this.#onReconnected.push(listener);
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#subscriber?.disconnect();
  }

  #open(): void {
    if (this.#isClosed) return;
    this.#openedAt = performance.now();
    const subscriber = this.#parts.connect();
    this.#subscriber = subscriber;
    subscriber.on("error", () => undefined); // the command connection logs the cause
    subscriber.on("message", (channel, text) => this.#receive(channel, text));
    subscriber.once("ready", () => {
      subscriber.subscribe(this.#parts.name, this.#beats).then(
        () => this.#beat(),
        () => subscriber.disconnect(),
      );
    });
    subscriber.once("close", () => this.#lose());
    subscriber.once("end", () => void setTimeout(() => this.#open(), reopenMs).unref());
  }

  #receive(channel: string, text: string): void {
    if (channel !== this.#beats) {
      for (const listener of this.#listeners) listener(text);
      return;
    }
    const sentAt = this.#sent.get(text);
    if (sentAt === undefined) return; // from another process, or a repeat
    this.#sent.delete(text);
    this.#arrivedAt = performance.now();
    this.#tripMs = this.#arrivedAt - sentAt;
    const wasReceiving = this.isReceiving;
    this.#receivedAt = Math.max(this.#receivedAt, sentAt);
    // Before the epoch is known, an emptied Redis would not be noticed.
    if (wasReceiving || this.#dataEpoch === undefined) return;
    if (performance.now() - this.#receivedAt > silenceMs) return;
    this.#missed();
    this.#isOpen = true;
    this.#parts.log?.info("receiving announcements; using the session cache");
  }

  #beat(): void {
    const beat = randomUUID();
    this.#sent.set(beat, performance.now());
    // A failed heartbeat does not arrive, and only that is checked.
    this.#parts.publish(this.#beats, beat).catch(() => undefined);
    this.#parts.dataEpoch().then(
      (dataEpoch) => this.#compare(dataEpoch),
      () => undefined,
    );
    const isSilent = !this.isReceiving && performance.now() - this.#openedAt > silenceMs;
    if (!isSilent) return;
    this.#openedAt = performance.now();
    this.#subscriber?.disconnect();
  }

  /** Redis sends no event when it is emptied: without this check, its sessions would live on in the caches. */
  #compare(dataEpoch: string): void {
    if (this.#dataEpoch !== undefined && this.#dataEpoch !== dataEpoch) {
      this.#parts.log?.warn("Redis was emptied; clearing the session cache");
      this.#missed();
    }
    this.#dataEpoch = dataEpoch;
  }

  #missed(): void {
    for (const listener of this.#onReconnected) listener();
  }

  #lose(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#parts.log?.warn("not receiving announcements; every request reads the store");
  }
}
