/** What an answer of /verify is to the visitor. */
export const kinds = ["allowed", "unavailable", "challenged", "broken"] as const;
type Kind = (typeof kinds)[number];

export interface Second {
  readonly at: number;
  readonly counts: Readonly<Record<Kind, number>>;
  readonly events: readonly string[];
}

const none = { allowed: 0, unavailable: 0, challenged: 0, broken: 0 } as const;

/** Counts the answers of every second, and keeps what happened in it. */
export class Timeline {
  readonly #start: number;
  readonly #seconds: { counts: Record<Kind, number>; events: string[] }[] = [];

  /** @param start milliseconds, on the clock of every `at`. */
  constructor(start: number) {
    this.#start = start;
  }

  add(at: number, kind: Kind): void {
    this.#second(at).counts[kind]++;
  }

  mark(at: number, event: string): void {
    this.#second(at).events.push(event);
  }

  get seconds(): Second[] {
    return this.#seconds.map(({ counts, events }, at) => ({ at, counts, events }));
  }

  #second(at: number) {
    const index = Math.max(0, Math.floor((at - this.#start) / 1_000));
    while (this.#seconds.length <= index) this.#seconds.push({ counts: { ...none }, events: [] });
    return this.#seconds[index] ?? { counts: { ...none }, events: [] };
  }
}

export function kindOf(status: number): Kind {
  if (status === 200) return "allowed";
  if (status === 503) return "unavailable";
  return status === 302 || status === 303 ? "challenged" : "broken";
}
