import { defineConfig } from "vitest/config";

/** Files whose tests hold wall-clock time against several real processes at once. */
const timed = [
  "test/replicas/*.test.ts",
  "test/store/{redis,redis-faults,redis-connectors,revocation-cost,try-store}.test.ts",
  "test/serve/{lifetime,reload-load,killed,killed-busy}.test.ts",
  "test/session/replica-races.test.ts",
];

const patience = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...patience,
          name: "side by side",
          include: ["test/**/*.test.ts"],
          exclude: timed,
          // Real proxies and a real browser beside one another: two cores carry no more than this.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...patience,
          name: "one by one",
          include: timed,
          maxWorkers: 1,
          // A machine that others share may stall every process of it for longer than these tests allow.
          retry: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
