import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Real proxies and a real browser beside one another: two cores carry no more than this.
    maxWorkers: 2,
  },
});
