import type { Store } from "./store.ts";

/** How a store tells announcements. */
export interface Announcements extends Pick<Store, "announce" | "onAnnounced" | "onReconnected"> {
  readonly isHeard: boolean;
  close(): void;
}

/** Where nobody else can be told anything. */
export class LocalAnnouncements implements Announcements {
  readonly #listeners: ((announcement: string) => void)[] = [];
  readonly isHeard = true;

  async announce(announcement: string): Promise<void> {
    for (const listener of this.#listeners) listener(announcement);
  }

  onAnnounced(listener: (announcement: string) => void): void {
    this.#listeners.push(listener);
  }

  onReconnected(): void {
    // Nothing is ever missed.
  }

  close(): void {
    this.#listeners.length = 0;
  }
}
