import { defineCommand } from "citty";
import { configFile, refuseUnknown } from "./arguments.ts";
import { printable } from "./printable.ts";
import { stdout } from "./stdout.ts";
import { reportErrors, withConfig } from "./run-command.ts";

const testArgs = {
  ...configFile,
  file: { type: "positional", description: "a YAML or JSON file of cases", required: true },
  coverage: {
    type: "boolean",
    description: "also name the rules that decide no case, and exit with 1 if there are any",
  },
  proxy: {
    type: "string",
    description: "with --coverage: also name the hosts in this file or folder that no rule names",
    valueHint: "PATH",
  },
} as const;

export const testing = defineCommand({
  meta: { name: "test", description: "test the rules with a file of cases, without a network" },
  args: testArgs,
  run: (given) =>
    withConfig(given, testArgs, async (loaded) => {
      const { testPolicy } = await import("../tools/cases/test-policy.ts");
      const { file, coverage = false, proxy } = given.args;
      if (proxy !== undefined && !coverage) throw new Error("--proxy needs --coverage");
      const { lines, isPassed } = await testPolicy(loaded, file, { coverage, proxy }, Date.now());
      stdout().write(`${lines.map(printable).join("\n")}\n`);
      if (!isPassed) process.exitCode = 1;
    }),
});

const diffArgs = {
  old: { type: "positional", description: "a configuration file", required: true },
  new: { type: "positional", description: "another one", required: true },
} as const;

/** The exit codes are those of diff(1). */
const trouble = 2;

export const diff = defineCommand({
  meta: { name: "diff", description: "show what two configurations decide differently" },
  args: diffArgs,
  run: ({ rawArgs, args }) =>
    reportErrors(async () => {
      refuseUnknown(rawArgs, diffArgs);
      const { diffFiles } = await import("../tools/diff/diff-files.ts");
      const { lines, isSame, isComplete } = diffFiles(args, process.env, Date.now());
      stdout().write(`${lines.map(printable).join("\n")}\n`);
      if (!isComplete) process.exitCode = trouble;
      else if (!isSame) process.exitCode = 1;
    }, trouble),
});
