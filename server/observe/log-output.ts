import type { Writable } from "node:stream";

/** More than this is not queued for a reader that is too slow. */
const mostQueued = 1024 * 1024;
/** The part of it for lines that visitors cause: a flood of them must not push out a sign-in or a revocation. */
const mostOfVisitors = mostQueued / 2;
const reportAfterMs = 5_000;

/** Lines that were not written. */
interface Lost {
  readonly count: number;
  /** Those of them that visitors caused. */
  readonly ofVisitors: number;
}

interface Parts {
  readonly stream: Writable;
  /** Formats a line that is written. */
  readonly format: (line: string) => string;
  /** Logs lost lines. `failure` = why they could not be written; undefined = the reader was too slow. */
  readonly onLost: (lost: Lost, failure: Error | undefined) => void;
  /** For the first line that could not be written. The log itself cannot report it yet. */
  readonly onFailure: (failure: Error) => void;
}

const none: Lost = { count: 0, ofVisitors: 0 };
const one: Lost = { count: 1, ofVisitors: 0 };
const oneOfVisitors: Lost = { count: 1, ofVisitors: 1 };

/**
 * Writes lines to a stream whose reader may be slow or gone, or whose disk may be full. None of these may stop a
 * process that answers for other apps, or make it grow. Lost lines are counted and reported.
 */
export class LogOutput {
  readonly #parts: Parts;
  readonly #stream: Writable;
  readonly #report = () => this.#reportLost();
  #lost = none;
  /** The lost lines that the next line reports. */
  #reporting: Lost | undefined;
  /** Why the last line could not be written. */
  #failure: Error | undefined;
  /** Lines are lost without an attempt: each would fail, and cost time. */
  #isPaused = false;
  /** A disk that becomes full takes the first part of a line, without an error. The next line does not continue it. */
  #start = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#stream = parts.stream;
    surviveErrors(parts.stream);
  }

  write(line: string): void {
    this.#write(line, one);
  }

  /** For a line that a visitor causes. */
  writeOfVisitors(line: string): void {
    if (this.#lost.count === 0 && this.#stream.writableLength < mostOfVisitors)
      this.#write(line, oneOfVisitors);
    else this.#lose(oneOfVisitors);
  }

  #write(line: string, itself: Lost): void {
    if (this.#isPaused || this.#isFull()) return this.#lose(itself);
    // A report that fails is repeated, with what it reports.
    const lost = this.#reporting ?? itself;
    this.#reporting = undefined;
    const text = this.#start + this.#parts.format(line);
    this.#start = "";
    this.#stream.write(text, (error) => this.#settle(error ?? undefined, lost));
  }

  #isFull(): boolean {
    return this.#stream.writableLength >= mostQueued;
  }

  #settle(failure: Error | undefined, lost: Lost): void {
    const isFirst = this.#failure === undefined;
    this.#failure = failure;
    if (failure === undefined) return;
    this.#isPaused = true;
    this.#start = "\n";
    if (isFirst) this.#parts.onFailure(failure);
    this.#lose(lost);
  }

  #lose({ count, ofVisitors }: Lost): void {
    if (this.#lost.count === 0) this.#reportSoon();
    this.#lost = {
      count: this.#lost.count + count,
      ofVisitors: this.#lost.ofVisitors + ofVisitors,
    };
  }

  /** A queue that other lines keep full never drains, and one that fails neither. */
  #reportSoon(): void {
    this.#stream.once("drain", this.#report);
    this.#timer = setTimeout(this.#report, reportAfterMs).unref();
  }

  #reportLost(): void {
    this.#stream.off("drain", this.#report);
    clearTimeout(this.#timer);
    if (this.#isFull()) return this.#reportSoon();
    this.#reporting = this.#lost;
    this.#lost = none;
    this.#isPaused = false;
    this.#parts.onLost(this.#reporting, this.#failure);
    this.#reporting = undefined; // a log that leaves warnings out has not written it
  }
}

const surviving = new WeakSet<Writable>();

/** Without a listener, an error of the stream would end the process. The callback of each write has the error too. */
export function surviveErrors(stream: Writable): void {
  if (surviving.has(stream)) return;
  surviving.add(stream);
  stream.on("error", () => undefined);
}
