/** True of the demo's issuer, and of no use to whoever watches the demo or the tests. */
const known =
  /oidc-provider WARNING: (Unsupported runtime|a quick start development-only in-memory)/;

// oidc-provider has no other way to be quiet, and says the first as soon as it is imported.
const { warn } = console;
Object.assign(console, {
  warn(...words: unknown[]) {
    if (!known.test(String(words[0]))) warn(...words);
  },
});
