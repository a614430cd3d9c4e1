import { randomUUID } from "node:crypto";
import { createBoundedCache } from "../memory/bounded-cache.ts";
import type { Log } from "../observe/log.ts";
import type { Storage } from "unstorage";
import * as v from "valibot";
import { DelayedEntries } from "./delayed-entries.ts";
import { readItem } from "./read-item.ts";

const hourMs = 3_600_000;
const lanesKey = "expires:lanes";
const pageKeys = 100;

const hours = v.object({ from: v.number(), to: v.number() });
const lanesDocument = v.object({ lanes: v.record(v.string(), hours) });
const page = v.object({ keys: v.array(v.string()) });

type Hours = v.InferOutput<typeof hours>;
type Lanes = Record<string, Hours>;

/** How long an entry may wait, so that many share a page write. */
interface Delay {
  readonly ms: number;
  readonly log: Log | undefined;
}

/**
 * An index from hour to the keys that expire in it. Without it a sweep would have to list every key, because most
 * drivers have no other query. Each process writes pages of its own lane, `expires:HOUR:LANE:N` with N from 0
 * and no gap; one small document lists the lanes and their hours.
 */
export class ExpiryIndex {
  readonly #storage: Storage;
  readonly #now: () => number;
  readonly #delayed: DelayedEntries | undefined;
  readonly #lane = randomUUID().slice(0, 8);
  /** The last page of each hour. It is rewritten until it is full. */
  readonly #pages = new Map<number, { readonly index: number; readonly keys: readonly string[] }>();
  /** Skips the page write when a record is written again with the same expiry hour. */
  readonly #noted = createBoundedCache<number>(10_000);
  #hours: Hours | undefined;
  #waiting: { readonly key: string; readonly hour: number }[] = [];
  #writing: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #changing: Promise<void> = Promise.resolve();

  /** `delay`: see `note`. */
  constructor(storage: Storage, now: () => number, delay?: Delay) {
    this.#storage = storage;
    this.#now = now;
    const append = (hour: number, keys: readonly string[]) => this.#append(hour, keys);
    this.#delayed = delay && new DelayedEntries({ delayMs: delay.ms, append, log: delay.log });
  }

  /**
   * Resolves once the entry is stored. Keys noted during a page write share the next one. With a delay, it resolves at
   * once, and all keys of that time share a page write.
   */
  async note(key: string, until: number): Promise<void> {
    const hour = hourOf(until);
    if (this.#noted.get(key) === hour) return;
    if (this.#delayed === undefined) {
      this.#waiting.push({ key, hour });
      await this.#flushNext();
    } else if (!this.#delayed.add(key, hour)) return;
    this.#noted.set(key, hour);
  }

  /** Stores the entries that are delayed. If that fails, a later try stores them. */
  async flush(): Promise<void> {
    await this.#delayed?.flush();
  }

  /** Stores the entries that are delayed, or waits for the write in progress. Never fails. */
  async close(): Promise<void> {
    await this.#delayed?.close();
    await (this.#next ?? this.#writing).catch(() => undefined); // the callers of `note` get the error
  }

  #flushNext(): Promise<void> {
    const flush = () => this.#flush();
    this.#next ??= this.#writing.then(flush, flush);
    return this.#next;
  }

  /** Calls `removeIfOver` for each key of the past hours, one at a time, then drops those hours. */
  async sweep(removeIfOver: (key: string) => Promise<void>): Promise<void> {
    const current = hourOf(this.#now());
    for (const [lane, { from, to }] of Object.entries(await this.#readLanes())) {
      const end = Math.min(to, current - 1);
      for (let hour = from; hour <= end; hour++) await this.#sweepHour(hour, lane, removeIfOver);
      if (end >= from) await this.#changeLanes((lanes) => shorten(lanes, lane, end + 1));
    }
    await this.#reassert(current);
  }

  /** Another process may have overwritten this lane's entry in the document. */
  async #reassert(current: number): Promise<void> {
    if (this.#hours === undefined) return;
    const { from, to } = this.#hours;
    this.#hours = to < current ? undefined : { from: Math.max(from, current), to };
    if (this.#hours !== undefined) await this.#enlist(this.#hours);
  }

  async #sweepHour(
    hour: number,
    lane: string,
    removeIfOver: (key: string) => Promise<void>,
  ): Promise<void> {
    let count = 0;
    for (; ; count++) {
      const stored = await readItem(this.#storage, pageKey(hour, lane, count));
      if (stored === null) break;
      const read = v.safeParse(page, stored);
      for (const key of read.success ? read.output.keys : []) await removeIfOver(key);
    }
    // From the last page down, so that a crash leaves no gap in the numbering.
    while (count-- > 0) await this.#storage.removeItem(pageKey(hour, lane, count));
    if (lane === this.#lane) this.#pages.delete(hour);
  }

  async #flush(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = [];
    this.#writing = this.#next ?? Promise.resolve();
    this.#next = undefined;
    for (const [hour, entries] of Map.groupBy(batch, (entry) => entry.hour)) {
      const keys = entries.map(({ key }) => key);
      await this.#append(hour, keys);
    }
  }

  async #append(hour: number, added: readonly string[]): Promise<void> {
    const { from = Infinity, to = -Infinity } = this.#hours ?? {};
    if (hour < from || hour > to)
      await this.#enlist({ from: Math.min(from, hour), to: Math.max(to, hour) });
    const { index, keys: before } = this.#pages.get(hour) ?? { index: 0, keys: [] };
    const keys = [...before, ...added];
    await this.#storage.setItem(pageKey(hour, this.#lane, index), { keys });
    this.#pages.set(
      hour,
      keys.length < pageKeys ? { index, keys } : { index: index + 1, keys: [] },
    );
  }

  async #enlist(reach: Hours): Promise<void> {
    const known = (await this.#readLanes())[this.#lane];
    if (known === undefined || known.to < reach.to || known.from > reach.from)
      await this.#changeLanes((lanes) => ({ ...lanes, [this.#lane]: reach }));
    this.#hours = reach;
  }

  async #readLanes(): Promise<Lanes> {
    const read = v.safeParse(lanesDocument, await readItem(this.#storage, lanesKey));
    return read.success ? read.output.lanes : {};
  }

  async #changeLanes(change: (lanes: Lanes) => Lanes): Promise<void> {
    const write = async () =>
      this.#storage.setItem(lanesKey, { lanes: change(await this.#readLanes()) });
    const turn = this.#changing.then(write);
    this.#changing = turn.catch(() => undefined); // the caller awaits `turn` and gets the error
    await turn;
  }
}

/** Drops the hours before `from`, and the lane itself if no hour remains. */
function shorten(lanes: Lanes, lane: string, from: number): Lanes {
  const { [lane]: reach, ...others } = lanes;
  if (reach === undefined || reach.to < from) return others;
  return { ...others, [lane]: { ...reach, from } };
}

function hourOf(time: number): number {
  return Math.floor(time / hourMs);
}

function pageKey(hour: number, lane: string, index: number): string {
  return `expires:${hour}:${lane}:${index}`;
}
