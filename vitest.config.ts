import { defineConfig } from "vitest/config";
import { without } from "./test/peers/programs.ts";
import { BaseSequencer, type TestSpecification } from "vitest/node";

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

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // `npm run test:issuers` needs Keycloak and oauth2-proxy, the other two a build.
    exclude: ["test/issuers/**", "test/executable/**", "test/package/**"],
    // Far longer than any test takes: a stall of the machine must fail none.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 50_000 } },
    // Many tests wait for other programs, so that a third worker still finds time on two cores.
    maxWorkers: 3,
    // Each proxy needs seconds to give up a doorward that hangs, and no processor.
    maxConcurrency: 20,
    // Its files import JSON without the attribute that Node wants.
    server: { deps: { inline: [/node_modules\/@actions\//] } },
    reporters: ["default", leftOut],
    sequence: { sequencer: LongestWaitFirst },
  },
});
