import * as v from "valibot";
import type { Site } from "../config/site.ts";
import { TwoGenerationCache } from "../memory/recent-cache.ts";
import type { Store } from "../store/store.ts";
import { isToken } from "./token.ts";
import { TokenRecords } from "./token-records.ts";

const link = v.object({ parent: v.string(), site: v.string() });
/** The token of the session at the sign-in's own site, and the id of the only site that accepts the link. */
type Link = v.InferOutput<typeof link>;

/** As many as hot sessions. */
const mostKnown = 100_000;

/**
 * The sessions at the hosts of apps, with `session.perHost`. Each is a link to its parent, the session at the site where
 * the visitor signed in, and counts as long as the parent does: lifetime, renewal and revocation are the parent's. A link
 * never changes, so it can be cached; the parent is found and checked for every request.
 */
export class HostSessions {
  readonly #records: TokenRecords<Link>;
  readonly #known = new TwoGenerationCache<Link>(mostKnown);

  constructor({ store, secrets }: { readonly store: Store; readonly secrets: readonly string[] }) {
    this.#records = new TokenRecords({ store, secrets, purpose: "host-session", schema: link });
  }

  /** The parent's token for the cookie of a host, synchronous from the cache. Throws "store_unreachable". */
  parentOf(site: Site, token: string): string | undefined | Promise<string | undefined> {
    const known = this.#known.get(token);
    if (known !== undefined) return parentAt(site, known);
    return isToken(token) ? this.#read(site, token) : undefined;
  }

  /** Opens a session at a host; only the browser may get its token. Throws "store_unreachable". */
  start(site: Site, parent: string, ttlMs: number): Promise<string> {
    return this.#records.create({ parent, site: site.id }, ttlMs);
  }

  /** Removes the link of one host; its parent stays. Throws "store_unreachable". */
  async end(token: string): Promise<void> {
    this.#known.delete(token);
    if (isToken(token)) await this.#records.remove(token);
  }

  async #read(site: Site, token: string): Promise<string | undefined> {
    const read = await this.#records.read(token);
    if (read === undefined) return undefined;
    this.#known.set(token, read);
    return parentAt(site, read);
  }
}

function parentAt(site: Site, { parent, site: id }: Link): string | undefined {
  return id === site.id ? parent : undefined;
}
