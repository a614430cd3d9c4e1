import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Storage } from "unstorage";
import * as v from "valibot";
import { reasonsOf, type Log } from "../observe/log.ts";
import { readItem } from "./read-item.ts";

const key = "announced";
const pollMs = 1_000;
const silenceMs = 2_500;
/** Not by the clock: after a stall of this process, one tick comes before the responses that have arrived. */
const lateAfterPolls = 3;
/** A poll may never end. Later ones find out whether the store is back, and are bounded. */
const mostInFlight = 300;
const attempts = 5;
/** Older entries are dropped. A poll that sees more new entries than this reports a gap. */
const most = 128;

const entry = v.object({ id: v.string(), announcement: v.string() });
const document = v.object({ entries: v.array(entry) });
type Entry = v.InferOutput<typeof entry>;

interface Options {
  readonly isTrusted: boolean;
  readonly log?: Log | undefined;
}

/**
 * Announcements for stores without push: one small key holds the most recent ones, and every process reads it
 * once a second. Concurrent writes may overwrite each other, so each write is read back.
 */
export class PolledAnnouncements {
  readonly #storage: Storage;
  readonly #isTrusted: boolean;
  readonly #timer: NodeJS.Timeout;
  readonly #listeners: ((announcement: string) => void)[] = [];
  readonly #onReconnected: (() => void)[] = [];
  #seen: ReadonlySet<string> | undefined;
  #waiting: Entry[] = [];
  #writing: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #receivedAt = performance.now();
  #isOpen = false;
  #isFailing = false;
  /** Of polls, which may end in another order: the number that have begun, and the last one with a response. */
  #begun = 0;
  #answered = 0;
  #inFlight = 0;

  /**
   * `isTrusted`: the only other writers are commands on this machine, so a late poll does not disable caches. A poll
   * that fails, or that the store leaves without a response, does: a command could have ended a session.
   */
  constructor(storage: Storage, { isTrusted, log }: Options) {
    this.#storage = storage;
    this.#isTrusted = isTrusted;
    this.#timer = setInterval(() => this.#tick(log), pollMs).unref();
    this.#tick(log);
  }

  get isReceiving(): boolean {
    if (this.#isOpen && performance.now() - this.#receivedAt > silenceMs) this.#isOpen = false;
    return this.#isOpen || (this.#isTrusted && !this.#isFailing);
  }

  /** An announcement waits for the next poll, so it may be as old as the last one. */
  get lagMs(): number {
    return performance.now() - this.#receivedAt;
  }

  /** Announcements made during a write are batched into the next write. */
  announce(announcement: string): Promise<void> {
    this.#waiting.push({ id: randomUUID(), announcement });
    const flush = () => this.#flush();
    this.#next ??= this.#writing.then(flush, flush); // callers of the earlier write get its error
    return this.#next;
  }

  onAnnounced(listener: (announcement: string) => void): void {
    this.#listeners.push(listener);
  }

  onReconnected(listener: () => void): void {
    this.#onReconnected.push(listener);
  }

  async #poll(number = ++this.#begun): Promise<void> {
    const askedAt = performance.now();
    const entries = await this.#read();
    if (number < this.#answered) return; // a later poll has read what was there then
    this.#answered = number;
    const { isReceiving } = this;
    const seen = this.#seen;
    this.#seen = new Set(entries.map(({ id }) => id));
    const [oldest] = entries;
    // If every entry is new, older ones may have been dropped unread.
    const isGap = entries.length >= most && oldest !== undefined && seen?.has(oldest.id) !== true;
    if (!isReceiving || isGap) for (const listener of this.#onReconnected) listener();
    for (const { id, announcement } of entries)
      if (seen?.has(id) !== true) for (const listener of this.#listeners) listener(announcement);
    this.#receivedAt = askedAt;
    this.#isOpen = true;
    const isTimely = performance.now() - askedAt <= silenceMs;
    if (isTimely) this.#isFailing = false;
  }

  #tick(log: Log | undefined): void {
    const unanswered = this.#begun - this.#answered;
    if (unanswered >= lateAfterPolls)
      this.#fail(new Error(`no response to ${unanswered} polls`), log);
    if (this.#inFlight >= mostInFlight) return;
    this.#inFlight++;
    const number = ++this.#begun;
    this.#poll(number)
      .catch((error: unknown) => {
        if (number > this.#answered) this.#fail(error, log);
      })
      .finally(() => this.#inFlight--);
  }

  #fail(error: unknown, log: Log | undefined): void {
    if (!this.#isFailing)
      log?.error(
        { reason: reasonsOf(error) },
        "announcements cannot be read: every request reads its session from the store",
      );
    this.#isFailing = true;
    this.#isOpen = false;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #flush(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = [];
    this.#writing = this.#next ?? Promise.resolve();
    this.#next = undefined;
    return this.#write(batch.slice(-most)); // if entries are cut here, readers detect the gap
  }

  async #write(added: readonly Entry[]): Promise<void> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const entries = await this.#read();
      await this.#storage.setItem(key, { entries: [...entries, ...added].slice(-most) });
      const kept = new Set((await this.#read()).map(({ id }) => id));
      if (added.every(({ id }) => kept.has(id))) return this.#poll();
      await pause(10 * 2 ** attempt);
    }
    throw new Error(`announcement overwritten by other writers ${attempts} times in a row`);
  }

  async #read(): Promise<readonly Entry[]> {
    const read = v.safeParse(document, await readItem(this.#storage, key));
    return read.success ? read.output.entries : [];
  }
}
