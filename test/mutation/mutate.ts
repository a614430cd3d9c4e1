import { Stryker } from "@stryker-mutator/core";
import { testsOf } from "./folders.ts";

const [folder = "", ...files] = process.argv.slice(2);
if (testsOf[folder] === undefined) {
  throw new Error(
    `usage: npm run mutate -- FOLDER [FILE…]: FOLDER is one of ${Object.keys(testsOf).join(", ")}`,
  );
}

// Vitest runs in child processes, which read the folder from here.
process.env.DOORWARD_MUTATE = folder;
const report = `.mutation/${folder}`;

await new Stryker({
  mutate: files.length > 0 ? files : [`server/${folder}/*.ts`],
  testRunner: "vitest",
  vitest: { configFile: "test/mutation/vitest.config.ts", related: false },
  coverageAnalysis: "perTest",
  // A mutant of code that runs once, when its module loads, would need every test of the folder.
  ignoreStatic: true,
  incremental: true,
  incrementalFile: `${report}.incremental.json`,
  reporters: ["progress-append-only", "clear-text", "json", "html"],
  clearTextReporter: { allowColor: false, reportTests: false, logTests: false },
  jsonReporter: { fileName: `${report}.json` },
  htmlReporter: { fileName: `${report}.html` },
  tempDirName: ".mutation/sandbox",
  ignorePatterns: [".mutation", "tsconfig.json", "bench", "deploy", "docs"],
  concurrency: 1,
  checkers: [],
  allowConsoleColors: false,
}).runMutationTest();
