import { defineConfig } from "vitest/config";

/** `npm run test:package`: the tests of the npm package, installed from its tarball. */
export default defineConfig({
  test: {
    name: "package",
    include: ["test/package/**/*.test.ts"],
    globalSetup: "test/package/install.ts",
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
