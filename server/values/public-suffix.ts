import { createRequire } from "node:module";

// Loaded when a configuration needs it: the list takes 8 MiB. The checks are synchronous, so this cannot be an `import()`.
const require = createRequire(import.meta.url);

/** A domain under which anyone can register names: `com`, `co.uk`, `github.io`. */
export function isPublicSuffix(domain: string): boolean {
  if (!domain.includes(".")) return true;
  const { getPublicSuffix }: typeof import("tldts") = require("tldts");
  return getPublicSuffix(domain, { allowPrivateDomains: true }) === domain;
}
