import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { LRUCache } from "lru-cache";
import type { Log } from "../observe/log.ts";

const beatMs = 150;
/** Five beats in a row unheard: whoever is stopped or cut off is noticed within a second. */
const silenceMs = 800;
const reopenMs = 100;

export interface ChannelParts {
  /** Commands go another way than messages come, so a beat that is heard has shown both to be open. */
  readonly publish: (channel: string, text: string) => Promise<unknown>;
  /** A name that the store's content has kept since it was empty. */
  readonly dataEpoch: () => Promise<string>;
  /** A new connection that does not reconnect by itself: this class opens another one instead. */
  readonly connect: () => Redis;
  readonly name: string;
  /** What tells this process's beats from others'. */
  readonly id: string;
  readonly log: Log | undefined;
}

/** Redis's publish/subscribe, and the knowledge of whether it works right now, on what was there all along. */
export class RedisChannel {
  readonly #parts: ChannelParts;
  readonly #beats: string;
  readonly #timer: NodeJS.Timeout;
  readonly #listeners: ((announcement: string) => void)[] = [];
  readonly #onReconnected: (() => void)[] = [];
  /** The last beats that were sent and not heard yet, and when. Nobody can guess their names. */
  readonly #sent = new LRUCache<string, number>({ max: 2 * Math.ceil(silenceMs / beatMs) });
  #subscriber: Redis | undefined;
  #openedAt = 0;
  /** When the last beat that was heard had been sent, by the clock of `performance.now()`. */
  #heardAt = Number.NEGATIVE_INFINITY;
  #dataEpoch: string | undefined;
  #isOpen = false;
  #isClosed = false;

  constructor(parts: ChannelParts) {
    this.#parts = parts;
    this.#beats = `${parts.name}:${parts.id}`;
    this.#timer = setInterval(() => this.#beat(), beatMs).unref();
    this.#open();
  }

  get isHeard(): boolean {
    if (this.#isOpen && performance.now() - this.#heardAt > silenceMs) this.#lose();
    return this.#isOpen;
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
    subscriber.on("error", () => undefined); // the commands' connection tells what is wrong
    subscriber.on("message", (channel, text) => this.#hear(channel, text));
    subscriber.once("ready", () => {
      subscriber.subscribe(this.#parts.name, this.#beats).then(
        () => this.#beat(),
        () => subscriber.disconnect(),
      );
    });
    subscriber.once("close", () => this.#lose());
    subscriber.once("end", () => void setTimeout(() => this.#open(), reopenMs).unref());
  }

  #hear(channel: string, text: string): void {
    if (channel !== this.#beats) {
      for (const listener of this.#listeners) listener(text);
      return;
    }
    const sentAt = this.#sent.get(text);
    if (sentAt === undefined) return; // somebody else's, or heard before
    this.#sent.delete(text);
    const wasHeard = this.isHeard;
    this.#heardAt = Math.max(this.#heardAt, sentAt);
    if (wasHeard || performance.now() - this.#heardAt > silenceMs) return;
    this.#missed();
    this.#isOpen = true;
    this.#parts.log?.info("announcements of other replicas arrive");
  }

  #beat(): void {
    const beat = randomUUID();
    this.#sent.set(beat, performance.now());
    // One that fails is one that nobody hears, which is all that counts.
    this.#parts.publish(this.#beats, beat).catch(() => undefined);
    this.#parts.dataEpoch().then(
      (dataEpoch) => this.#compare(dataEpoch),
      () => undefined,
    );
    const isSilent = !this.isHeard && performance.now() - this.#openedAt > silenceMs;
    if (!isSilent) return;
    this.#openedAt = performance.now();
    this.#subscriber?.disconnect();
  }

  /** An emptied Redis tells nobody, and its sessions would live on in every cache. */
  #compare(dataEpoch: string): void {
    if (this.#dataEpoch !== undefined && this.#dataEpoch !== dataEpoch) {
      this.#parts.log?.warn("Redis was emptied: every session is looked for anew");
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
    this.#parts.log?.warn("announcements do not arrive: every request asks the store");
  }
}
