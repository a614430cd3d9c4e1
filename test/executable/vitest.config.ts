import { defineConfig } from "vitest/config";

/** Tests of one file of source, which the executable has not. */
const ofSource = [
  "test/serve/loaded-packages.test.ts",
  "test/cli/node-version.test.ts",
  // They move doorward's clock by a module that Node loads before it, which an executable does not.
  "test/serve/killed-busy.test.ts",
  "test/serve/lifetime.test.ts",
];

/** `npm run test:executable`: its own tests, and those of `npm test` that start doorward as a process. */
export default defineConfig({
  test: {
    name: "executable",
    include: [
      "test/executable/**/*.test.ts",
      "test/serve/**/*.test.ts",
      "test/cli/**/*.test.ts",
      "test/sign-in/forward-proxy.test.ts",
      "test/attacks/secrets.test.ts",
    ],
    exclude: ofSource,
    globalSetup: "test/executable/build.ts",
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 3,
  },
});
