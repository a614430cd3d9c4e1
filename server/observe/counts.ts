/** Events since the start, as plain numbers, so that counting costs next to nothing per request. */
export interface Counts {
  allow: number;
  challenge: number;
  deny: number;
  /** Malformed requests, and requests from peers outside `trustedProxies`. */
  refused: number;
  storeUnreachable: number;
  signedIn: number;
  signInFailed: number;
  signedOut: number;
  /** Configurations loaded and configurations rejected. */
  reloaded: number;
  reloadFailed: number;
}

export function createCounts(): Counts {
  return {
    allow: 0,
    challenge: 0,
    deny: 0,
    refused: 0,
    storeUnreachable: 0,
    signedIn: 0,
    signInFailed: 0,
    signedOut: 0,
    reloaded: 0,
    reloadFailed: 0,
  };
}
