import type { Store } from "./store.ts";

/** How a store tells announcements. */
export interface Announcements extends Pick<Store, "announce" | "onAnnounced" | "onReconnected"> {
  readonly isHeard: boolean;
  close(): void;
}

/** Where nobody else can be told anything. */
export class LocalAnnouncements implements Announcements {
  readonly #listeners: ((mark: string) => void)[] = [];
  readonly isHeard = true;

  async announce(mark: string): Promise<void> {
    for (const listener of this.#listeners) listener(mark);
  }

  onAnnounced(listener: (mark: string) => void): void {
    this.#listeners.push(listener);
  }

  onReconnected(): void {
    // Nothing is ever missed.
  }

  close(): void {
    this.#listeners.length = 0;
  }
}
