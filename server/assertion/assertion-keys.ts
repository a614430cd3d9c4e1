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
