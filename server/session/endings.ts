import type { Site } from "../config/site.ts";
import type { TwoGenerationCache } from "../memory/recent-cache.ts";
import type { BackgroundTasks } from "./background.ts";
import type { HotSession } from "./hot-session.ts";
import { retry } from "./retry.ts";
import type { SessionRecord } from "./record.ts";
import { sessionRevocationKey, type Revocations } from "./revocations.ts";
import type { SealedRecords } from "./sealed-records.ts";
import { isToken } from "./token.ts";

const notAnnounced = "the end of a session could not be announced";
const notRemoved = "a session that is over could not be removed";

interface Parts {
  readonly records: SealedRecords;
  readonly revocations: Revocations;
  readonly hot: TwoGenerationCache<HotSession>;
  readonly background: BackgroundTasks;
}

/** How a single session ends: here at once, in the store, and where others must hear of it at every replica. */
export class Endings {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** For good, everywhere. Gives back what it was, if anything. Throws "store_unreachable". */
  async end(site: Site, token: string | undefined): Promise<SessionRecord | undefined> {
    if (token === undefined || !isToken(token)) return undefined;
    const { records, hot } = this.#parts;
    const stored = await records.read(token);
    if (stored !== undefined && stored.record.site !== site.url.href) return undefined;
    // Strangers make up tokens as they like: nobody else hears of those.
    const isKnown =
      stored !== undefined || hot.get(token) !== undefined || (await records.has(token));
    await records.remove(token);
    hot.delete(token);
    if (isKnown) await this.#announce(token);
    return stored?.record;
  }

  /** Its time is over, or a revocation has met it: every replica sees that by itself. */
  remove(token: string): undefined {
    const { records, hot, background } = this.#parts;
    hot.delete(token);
    background.run(notRemoved, () => records.remove(token));
  }

  /** By the issuer's word, of which no other replica knows. */
  endEverywhere(token: string): undefined {
    const { records, hot, background } = this.#parts;
    hot.delete(token);
    background.run(notRemoved, async () => {
      await records.remove(token);
      await this.#announce(token);
    });
  }

  /** The session is over; but others may trust their caches who hear everybody, and only not us. */
  async #announce(token: string): Promise<void> {
    const { revocations, background } = this.#parts;
    const announce = () => revocations.announce(sessionRevocationKey(token));
    try {
      await announce();
    } catch (error) {
      background.warn(notAnnounced, error);
      background.run(notAnnounced, () => retry(announce));
    }
  }
}
