import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DockerfileParser, ModifiableInstruction, PropertyInstruction } from "dockerfile-ast";
import * as v from "valibot";
import { root } from "../../docs/source-files.ts";

interface Step {
  readonly keyword: string;
  readonly flags: ReadonlyMap<string, string>;
  /** In the exec form, the words of the command; otherwise the arguments. */
  readonly words: readonly string[];
  readonly isExec: boolean;
  /** All arguments, as a shell reads them. */
  readonly text: string;
}

/** A stage of a Dockerfile. Its first step is FROM. */
export type Stage = readonly Step[];

/** The stages of the repository's Dockerfile, with the variables of LABEL replaced by the defaults of ARG. */
export function dockerfileStages(): Stage[] {
  const file = DockerfileParser.parse(readFileSync(join(root, "Dockerfile"), "utf8"));
  const stages: Step[][] = [];
  for (const instruction of file.getInstructions()) {
    const keyword = instruction.getKeyword();
    if (keyword === "FROM") stages.push([]);
    const text = instruction.getArgumentsContent() ?? "";
    const flags = instruction instanceof ModifiableInstruction ? instruction.getFlags() : [];
    const [exec] = /(?<=^|^CMD )\[.*\]$/s.exec(text) ?? [];
    const given =
      instruction instanceof PropertyInstruction
        ? instruction.getProperties().map((one) => `${one.getName()}=${one.getValue()}`)
        : instruction.getArguments().map((one) => one.getValue());
    const line = instruction.getRange().start.line;
    stages.at(-1)?.push({
      keyword,
      flags: new Map(flags.map((flag) => [flag.getName(), flag.getValue() ?? ""])),
      words:
        exec === undefined
          ? given.map((word) =>
              word.replace(/\$(\w+)/g, (all, name) => file.resolveVariable(name, line) ?? all),
            )
          : v.parse(v.array(v.string()), JSON.parse(exec)),
      isExec: exec !== undefined,
      text: given.join(" "),
    });
  }
  return stages;
}

/** The steps of a stage with this keyword. */
export function stepsOf(stage: Stage | undefined, keyword: string): readonly Step[] {
  return stage?.filter((step) => step.keyword === keyword) ?? [];
}

/** The words of the last step with this keyword: an earlier one has no effect. */
export function wordsOf(stage: Stage | undefined, keyword: string): readonly string[] {
  return stepsOf(stage, keyword).at(-1)?.words ?? [];
}
