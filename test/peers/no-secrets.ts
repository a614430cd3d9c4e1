/**
 * Throws if a log contains one of these secrets: codes, tokens, cookies, keys. Every test with a log calls it at the
 * end, so that the whole run is searched.
 */
export function expectNoSecrets(log: string, secrets: Iterable<string>): void {
  for (const secret of secrets) {
    const at = log.indexOf(secret);
    if (at === -1) continue;
    const before = log.slice(Math.max(0, at - 200), at);
    throw new Error(`the log contains a secret of ${secret.length} characters after: ${before}`);
  }
}
