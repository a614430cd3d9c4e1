import { BaseSequencer, type TestSpecification } from "vitest/node";
import { defineConfig } from "vitest/config";
import { testsOf } from "./folders.ts";

const folder = process.env.DOORWARD_MUTATE ?? "";

/** Runs the folder's own tests first: they are the quickest, and the first failure ends a mutant's run. */
class OwnTestsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isElsewhere = ({ moduleId }: TestSpecification) =>
      Number(!moduleId.includes(`/test/${folder}/`));
    return files.toSorted((a, b) => isElsewhere(a) - isElsewhere(b));
  }
}

export default defineConfig({
  test: {
    include: [...(testsOf[folder] ?? [])],
    exclude: ["test/session/replica-races.test.ts", "test/sign-in/{parallel,slow-issuer}.test.ts"],
    testTimeout: 60_000,
    sequence: { sequencer: OwnTestsFirst },
  },
});
