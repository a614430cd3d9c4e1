import { createHmac, randomBytes } from "node:crypto";
import { TwoGenerationCache } from "../memory/recent-cache.ts";
import { networkOf } from "../http/network-of.ts";

/** About 100 bytes each, and up to twice as many. Only a right password adds one, so no guess can drop one. */
const most = 10_000;

/** How much of a try was right before, from the most to nothing. */
export type Precedent = "credentials" | "name" | "network" | "none";

/** A name and a password from an address, as digests: a visitor chooses them, and could make each as long as a header. */
export interface Try {
  /** The name with the password. */
  readonly credentials: string;
  /** The name from the visitor's network. */
  readonly name: string;
  /** The network alone. */
  readonly network: string;
}

/**
 * Remembers which credentials, names and networks were right. Names count only with their network: a precedent gives
 * better answers during an attack, and would otherwise reveal to any attacker which names exist.
 */
export class RightBefore {
  // Keyed, so that a memory dump contains no fast hashes of passwords.
  readonly #key = randomBytes(32);
  readonly #right = new TwoGenerationCache<true>(most);

  digest(...parts: string[]): Buffer {
    return createHmac("sha256", this.#key).update(JSON.stringify(parts)).digest();
  }

  credentialsOf(user: string, password: string): string {
    return this.digest("credentials", user, password).toString("base64");
  }

  tryOf(credentials: string, user: string, address: string): Try {
    const network = networkOf(address);
    return {
      credentials,
      name: this.digest("name", network, user).toString("base64"),
      network: this.digest("network", network).toString("base64"),
    };
  }

  precedentOf({ credentials, name, network }: Try): Precedent {
    if (this.#right.get(credentials)) return "credentials";
    if (this.#right.get(name)) return "name";
    return this.#right.get(network) ? "network" : "none";
  }

  add({ credentials, name, network }: Try): void {
    for (const digest of [network, name, credentials]) this.#right.set(digest, true);
  }

  /** These credentials are wrong now, so the next try of them is a guess. */
  forget({ credentials }: Try): void {
    this.#right.delete(credentials);
  }
}
