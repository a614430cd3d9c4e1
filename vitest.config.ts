import { defineConfig } from "vitest/config";
import { without } from "./test/peers/programs.ts";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files whose tests compare wall-clock times and start several processes: they run alone. */
const timed = [
  "test/replicas/*.test.ts",
  "test/attacks/password-flood.test.ts",
  "test/store/{redis,redis-faults,redis-connectors,revocation-cost,try-store}.test.ts",
  "test/serve/{lifetime,reload-load,killed,killed-busy}.test.ts",
  "test/session/replica-races.test.ts",
  "test/attacks/limits.test.ts",
];

/** Needs Keycloak and oauth2-proxy: `npm run test:issuers` runs it. */
const issuers = "test/issuers/**";

/** Waits for more than a minute. Started last, as the smallest files are, it would run alone for that minute. */
const longestWait = "test/serve/idle-connection.test.ts";

class LongestWaitFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const others = files.filter(({ moduleId }) => !moduleId.endsWith(longestWait));
    // oxlint-disable-next-line unicorn/no-array-sort -- vitest's own order of files
    const sorted = await super.sort(others);
    return [...files.filter((file) => !others.includes(file)), ...sorted];
  }
}

/** At its end, a run names the real programs that it left out. */
const leftOut = {
  onTestRunEnd() {
    if (without.size > 0)
      process.stdout.write(`runs without: ${[...without].join(", ")} (DOORWARD_TEST_WITHOUT)\n`);
  },
};

const timeouts = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    reporters: ["default", leftOut],
    sequence: { sequencer: LongestWaitFirst },
    projects: [
      {
        test: {
          ...timeouts,
          name: "side by side",
          include: ["test/**/*.test.ts"],
          exclude: [...timed, issuers],
          // The tests start real proxies and a browser, so more workers would overload two cores.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...timeouts,
          name: "one by one",
          include: timed,
          maxWorkers: 1,
          // A shared machine can stall all processes for longer than these tests allow.
          retry: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
