import type { Store } from "./store.ts";

/** How a store sends and receives announcements. */
export interface Announcements extends Pick<Store, "announce" | "onAnnounced" | "onReconnected"> {
  readonly isReceiving: boolean;
  /** As `Store.announcementLagMs`. */
  readonly lagMs: number;
  close(): void;
}

/** Announcements of a store that only this process uses. */
export class LocalAnnouncements implements Announcements {
  readonly #listeners: ((announcement: string) => void)[] = [];
  readonly isReceiving = true;
  readonly lagMs = 0;

  async announce(announcement: string): Promise<void> {
    for (const listener of this.#listeners) listener(announcement);
  }

  onAnnounced(listener: (announcement: string) => void): void {
    this.#listeners.push(listener);
  }

  onReconnected(): void {
    // The connection cannot be lost.
  }

  close(): void {
    this.#listeners.length = 0;
  }
}
