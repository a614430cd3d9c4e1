/**
 * Throws if a text contains one of these secrets: codes, tokens, cookies, keys; as they are, in base64 or
 * percent-encoded. Every test with a log calls it at the end, so that the whole run is searched.
 */
export function expectNoSecrets(text: string, secrets: Iterable<string>, place = "the log"): void {
  for (const secret of secrets) {
    for (const spelling of spellingsOf(secret)) {
      const at = text.indexOf(spelling);
      if (at === -1) continue;
      const before = text.slice(Math.max(0, at - 200), at);
      throw new Error(`${place} contains a secret of ${secret.length} characters after: ${before}`);
    }
  }
}

function spellingsOf(secret: string): Set<string> {
  const bytes = Buffer.from(secret);
  const base64 = bytes.toString("base64").replace(/=+$/, "");
  return new Set([secret, base64, bytes.toString("base64url"), encodeURIComponent(secret)]);
}
