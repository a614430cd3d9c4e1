import { availableParallelism } from "node:os";
import { relative } from "node:path";
import { Stryker } from "@stryker-mutator/core";
import { root } from "../../docs/source-files.ts";
import { testsOf } from "./folders.ts";
import { rejectedByCompiler } from "./type-errors.ts";

const [folder = "", ...files] = process.argv.slice(2);
if (testsOf[folder] === undefined) {
  throw new Error(
    `usage: npm run mutate -- FOLDER [FILE…]: FOLDER is one of ${Object.keys(testsOf).join(", ")}`,
  );
}

// Vitest runs in child processes, which read the folder from here.
process.env.DOORWARD_MUTATE = folder;
const report = `.mutation/${folder}`;

const results = await new Stryker({
  mutate: files.length > 0 ? files : [`server/${folder}/*.ts`],
  testRunner: "vitest",
  vitest: { configFile: "test/mutation/vitest.config.ts", related: false },
  coverageAnalysis: "perTest",
  // A mutant of code that runs once, when its module loads, would need every test of the folder.
  ignoreStatic: true,
  incremental: true,
  incrementalFile: `${report}.incremental.json`,
  reporters: ["progress-append-only", "json", "html"],
  jsonReporter: { fileName: `${report}.json` },
  htmlReporter: { fileName: `${report}.html` },
  tempDirName: ".mutation/sandbox",
  ignorePatterns: [".mutation", "test/peers/.programs", "tsconfig.json", "bench", "deploy", "docs"],
  concurrency: availableParallelism(),
  checkers: [],
  allowConsoleColors: false,
}).runMutationTest();

const survivors = results.filter(({ status }) => status === "Survived" || status === "NoCoverage");
const rejected = rejectedByCompiler(survivors);
const killed = results.filter(({ status }) => status === "Killed" || status === "Timeout").length;
const left = survivors.filter((mutant) => !rejected.has(mutant));
for (const { fileName, location, mutatorName, replacement = "" } of left) {
  const place = `${relative(root, fileName)}:${location.start.line}`;
  process.stdout.write(
    `${place} ${mutatorName}: ${replacement.replace(/\s+/g, " ").slice(0, 100)}\n`,
  );
}
const score = Math.round((killed / (killed + left.length)) * 1_000) / 10;
process.stdout.write(
  `${folder}: ${score} % of ${killed + left.length} mutants killed; tsc rejects ${rejected.size} others\n`,
);
