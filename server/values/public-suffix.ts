import { createRequire } from "node:module";

// Loaded when a configuration needs them. The checks are synchronous, so this cannot be an `import()`.
const require = createRequire(import.meta.url);
const options = { allowPrivateDomains: true };

/**
 * A domain under which anyone can register names: `com`, `co.uk`, `github.io`. tldts-experimental compares hashes: it
 * would take one domain in some hundred thousand for a public suffix that it is not. Only a domain that it finds is
 * looked up in tldts, whose list takes 8 MiB.
 */
export function isPublicSuffix(domain: string): boolean {
  if (!domain.includes(".")) return true;
  const {
    getPublicSuffix: guess,
  }: typeof import("tldts-experimental") = require("tldts-experimental");
  if (guess(domain, options) !== domain) return false;
  const { getPublicSuffix }: typeof import("tldts") = require("tldts");
  return getPublicSuffix(domain, options) === domain;
}
