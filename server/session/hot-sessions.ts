import { ownText } from "../own-text.ts";
import type { HotSession } from "./hot-session.ts";

/**
 * The sessions that were used of late, in two generations: the younger one has what came or was asked for since
 * the last change of generations, the older one what was there before. When the younger one is full, it becomes
 * the older one, and what nobody asked for in all that time is forgotten. Asking writes nothing, while a list in
 * the order of use would be written to at six places of memory for every request.
 */
export class HotSessions {
  /** So many are never forgotten; twice as many may be held. */
  readonly #most: number;
  #young = new Map<string, HotSession>();
  #old = new Map<string, HotSession>();

  constructor(most: number) {
    this.#most = most;
  }

  get(token: string): HotSession | undefined {
    const young = this.#young.get(token);
    if (young !== undefined) return young;
    const old = this.#old.get(token);
    if (old !== undefined) this.set(token, old);
    return old;
  }

  set(token: string, session: HotSession): void {
    if (this.#young.size >= this.#most && !this.#young.has(token)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(ownText(token), session);
  }

  delete(token: string): void {
    this.#young.delete(token);
    this.#old.delete(token);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}
