import { join, matchesGlob } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { defineConfig } from "vitest/config";
import { testsOf } from "./folders.ts";

const include = testsOf[process.env.DOORWARD_MUTATE ?? ""] ?? [];

/** Runs the tests in the order of the list. */
class ListedOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) =>
      include.findIndex((glob) => matchesGlob(moduleId, join("**", glob)));
    return files.toSorted((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    include: [...include],
    setupFiles: ["test/mutation/short-properties.ts"],
    testTimeout: 60_000,
    // Modules are loaded once a run, not once a file.
    isolate: false,
    sequence: { sequencer: ListedOrder },
  },
});
