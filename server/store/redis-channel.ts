import type { Redis } from "ioredis";
import type { Log } from "../observe/log.ts";
import { Heartbeats } from "./heartbeats.ts";
import { publishThrough, type Publisher } from "./redis-publishers.ts";

const beatMs = 150;
/** Five missed heartbeats: a stopped or disconnected peer is detected within a second. */
const silenceMs = 800;
const reopenMs = 100;

interface ChannelParts {
  /** Commands and messages use separate connections: a heartbeat that arrives proves that both work. */
  readonly publishers: () => readonly Publisher[];
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
  #subscriber: Redis | undefined;
  /** Those of this subscription only: what an earlier one received proves nothing about this one. */
  #heartbeats = new Heartbeats();
  #openedAt = 0;
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
    if (this.#isOpen && performance.now() - this.#heartbeats.provenAt > silenceMs) this.#lose();
    return this.#isOpen;
  }

  /** The time that the newest heartbeat took, or the age of the last one if the next is overdue. */
  get lagMs(): number {
    return Math.max(this.#tripMs, performance.now() - this.#arrivedAt - beatMs);
  }

  async announce(announcement: string): Promise<void> {
    await publishThrough(this.#parts.publishers(), this.#parts.name, announcement);
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
    this.#heartbeats = new Heartbeats();
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
    // Before it counts this heartbeat, so that a gap before it is seen.
    const wasReceiving = this.isReceiving;
    const sentAt = this.#heartbeats.receive(text);
    if (sentAt === undefined) return;
    this.#arrivedAt = performance.now();
    this.#tripMs = this.#arrivedAt - sentAt;
    // Before the epoch is known, an emptied Redis would not be noticed.
    if (wasReceiving || this.#dataEpoch === undefined) return;
    if (performance.now() - this.#heartbeats.provenAt > silenceMs) return;
    this.#missed();
    this.#isOpen = true;
    this.#parts.log?.info("receiving announcements; using the session cache");
  }

  #beat(): void {
    // Before the masters are counted again, so that a gap is seen.
    const isSilent = !this.isReceiving && performance.now() - this.#openedAt > silenceMs;
    this.#heartbeats.send(this.#parts.publishers(), this.#beats);
    this.#parts.dataEpoch().then(
      (dataEpoch) => this.#compare(dataEpoch),
      () => undefined,
    );
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
