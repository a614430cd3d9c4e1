import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { root } from "../../docs/source-files.ts";

/** A change of the code, as Stryker reports it: the file's absolute path; lines and columns begin at 1. */
interface Mutant {
  readonly fileName: string;
  readonly replacement?: string | undefined;
  readonly location: { readonly start: Position; readonly end: Position };
}

interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * The mutants that the compiler rejects: no test can meet them. Stryker's own checker needs an interface that
 * TypeScript 7 does not have. One run of tsc takes one mutant of each file, because an error names its file.
 */
export function rejectedByCompiler<Found extends Mutant>(mutants: readonly Found[]): Set<Found> {
  const folder = join(root, ".mutation/types");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of ["server", "providers", "tsconfig.json", "package.json"])
    cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const options = {
    extends: "./tsconfig.json",
    compilerOptions: {
      incremental: true,
      tsBuildInfoFile: "./build-info",
      // A mutant that leaves a name unused is code that runs: a test has to notice it.
      noUnusedLocals: false,
      noUnusedParameters: false,
    },
    include: ["server", "providers"],
  };
  writeFileSync(join(folder, "tsconfig.mutants.json"), JSON.stringify(options));

  const rejected = new Set<Found>();
  for (const round of rounds(mutants)) {
    const files = filesWithErrors(folder, round);
    const isClear = files.every((file) => round.some((mutant) => nameOf(mutant) === file));
    for (const mutant of round) {
      const isRejected = isClear
        ? files.includes(nameOf(mutant))
        : filesWithErrors(folder, [mutant]).length > 0;
      if (isRejected) rejected.add(mutant);
    }
  }
  rmSync(folder, { recursive: true });
  return rejected;
}

/** Lists with one mutant of each file. */
function rounds<Found extends Mutant>(mutants: readonly Found[]): Found[][] {
  const byFile = Map.groupBy(mutants, ({ fileName }) => fileName);
  const longest = Math.max(0, ...[...byFile.values()].map(({ length }) => length));
  return Array.from({ length: longest }, (_, index) =>
    [...byFile.values()].flatMap((list) => list[index] ?? []),
  );
}

function filesWithErrors(folder: string, mutants: readonly Mutant[]): string[] {
  for (const mutant of mutants) writeFileSync(join(folder, nameOf(mutant)), mutated(mutant));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { stdout } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.mutants.json"], {
    cwd: folder,
    encoding: "utf8",
  });
  for (const mutant of mutants)
    writeFileSync(join(folder, nameOf(mutant)), readFileSync(mutant.fileName));
  return [
    ...new Set([...stdout.matchAll(/^(\S+)\(\d+,\d+\): error/gm)].map(([, file]) => file ?? "")),
  ];
}

function nameOf({ fileName }: Mutant): string {
  return relative(root, fileName);
}

function mutated({ fileName, replacement = "", location: { start, end } }: Mutant): string {
  const lines = readFileSync(fileName, "utf8").split("\n");
  const first = lines[start.line - 1] ?? "";
  const last = lines[end.line - 1] ?? "";
  const before = [...lines.slice(0, start.line - 1), first.slice(0, start.column - 1)];
  const after = [last.slice(end.column - 1), ...lines.slice(end.line)];
  return before.join("\n") + replacement + after.join("\n");
}
