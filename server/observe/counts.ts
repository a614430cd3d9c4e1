/** Events since the start, as plain numbers, so that counting costs next to nothing per request. */
const none = {
  allow: 0,
  challenge: 0,
  deny: 0,
  /** Malformed requests, and requests from peers outside `trustedProxies`. */
  refused: 0,
  storeUnreachable: 0,
  signedIn: 0,
  signInFailed: 0,
  signedOut: 0,
  /** Configurations loaded and configurations rejected. */
  reloaded: 0,
  reloadFailed: 0,
};

export type Counts = typeof none;

export function createCounts(): Counts {
  return { ...none };
}
