import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Storage } from "unstorage";
import * as v from "valibot";
import { readItem } from "./read-item.ts";

const key = "announced";
const pollMs = 1_000;
const silenceMs = 2_500;
const attempts = 5;
/** As many as one poll can be late for. */
const most = 128;

const entry = v.object({ id: v.string(), announcement: v.string() });
const document = v.object({ entries: v.array(entry) });
type Entry = v.InferOutput<typeof entry>;

/**
 * Announcements where nothing pushes them: the last few stand under one small key, which everybody reads
 * once a second. Two that are written at the same instant may overwrite each other, so each is read back.
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
  #heardAt = Number.NEGATIVE_INFINITY;
  #isOpen = false;

  /** `isTrusted`: whoever else writes is a command of this machine, for which no cache need be given up. */
  constructor(storage: Storage, { isTrusted }: { readonly isTrusted: boolean }) {
    this.#storage = storage;
    this.#isTrusted = isTrusted;
    const poll = () => void this.poll().catch(() => undefined); // silence is what counts
    this.#timer = setInterval(poll, pollMs).unref();
    poll();
  }

  get isHeard(): boolean {
    if (this.#isOpen && performance.now() - this.#heardAt > silenceMs) this.#isOpen = false;
    return this.#isTrusted || this.#isOpen;
  }

  /** Those that come while others are written go together in the next write. */
  announce(announcement: string): Promise<void> {
    this.#waiting.push({ id: randomUUID(), announcement });
    const flush = () => this.#flush();
    this.#next ??= this.#writing.then(flush, flush); // whoever asked for the one before is told
    return this.#next;
  }

  onAnnounced(listener: (announcement: string) => void): void {
    this.#listeners.push(listener);
  }

  onReconnected(listener: () => void): void {
    this.#onReconnected.push(listener);
  }

  async poll(): Promise<void> {
    const askedAt = performance.now();
    const entries = await this.#read();
    const { isHeard } = this;
    const seen = this.#seen;
    this.#seen = new Set(entries.map(({ id }) => id));
    const [oldest] = entries;
    // Had the list been full of what is new, there may have been more.
    const isGap = entries.length >= most && oldest !== undefined && seen?.has(oldest.id) !== true;
    if (!isHeard || isGap) for (const listener of this.#onReconnected) listener();
    for (const { id, announcement } of entries)
      if (seen?.has(id) !== true) for (const listener of this.#listeners) listener(announcement);
    this.#heardAt = askedAt;
    this.#isOpen = true;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #flush(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = [];
    this.#writing = this.#next ?? Promise.resolve();
    this.#next = undefined;
    return this.#write(batch.slice(-most)); // that there were more is seen by everybody who reads
  }

  async #write(added: readonly Entry[]): Promise<void> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const entries = await this.#read();
      await this.#storage.setItem(key, { entries: [...entries, ...added].slice(-most) });
      const kept = new Set((await this.#read()).map(({ id }) => id));
      if (added.every(({ id }) => kept.has(id))) return this.poll();
      await pause(10 * 2 ** attempt);
    }
    throw new Error("an announcement was overwritten again and again");
  }

  async #read(): Promise<readonly Entry[]> {
    const read = v.safeParse(document, await readItem(this.#storage, key));
    return read.success ? read.output.entries : [];
  }
}
