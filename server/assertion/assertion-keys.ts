import type { Store } from "../store/store.ts";
import type { PublicKey, SigningKey } from "./signing-key.ts";

/** The keys of assertions, loaded in the background: a verdict never waits for them. */
export interface AssertionKeys {
  /** The key that signs; undefined = none could be loaded yet, so no request with an identity may pass. */
  readonly signer: SigningKey | undefined;
  /** The public keys for apps, the next one included. */
  readonly published: readonly PublicKey[];
  /** Stops loading. */
  close(): Promise<void>;
}

/**
 * Opens the keys once the store is there, and never fails; undefined = apps get no assertions. `before` are those of the
 * service before a reload.
 */
export type OpenKeys = (
  store: Store,
  before: AssertionKeys | undefined,
) => Promise<AssertionKeys | undefined>;
