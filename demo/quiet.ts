/** Warnings that are true of the demo's issuer and useless in the output of the demo and the tests. */
const known =
  /oidc-provider WARNING: (Unsupported runtime|a quick start development-only in-memory)/;

// oidc-provider has no option to silence them, and prints the first one when it is imported.
const { warn } = console;
Object.assign(console, {
  warn(...words: unknown[]) {
    if (!known.test(String(words[0]))) warn(...words);
  },
});
