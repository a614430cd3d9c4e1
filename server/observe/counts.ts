/** What happened since the start. Plain numbers, so that counting costs the gate nothing. */
export interface Counts {
  allow: number;
  challenge: number;
  deny: number;
  /** Malformed, or from whom nobody trusts. */
  refused: number;
  storeUnreachable: number;
  signedIn: number;
  signInFailed: number;
  signedOut: number;
  /** The configuration, and how often it was not taken. */
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
