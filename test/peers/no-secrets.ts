/**
 * Throws when a log tells one of these secrets: codes, tokens, cookies, keys. Called at the end of every test
 * that keeps a log, so that the whole run is searched.
 */
export function expectNoSecrets(log: string, secrets: Iterable<string>): void {
  for (const secret of secrets) {
    const at = log.indexOf(secret);
    if (at === -1) continue;
    const before = log.slice(Math.max(0, at - 200), at);
    throw new Error(`a secret of ${secret.length} characters stands in the log, after: ${before}`);
  }
}
