import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";

const root = join(import.meta.dirname, "../..");
const parts = [
  "server",
  "providers",
  "docs",
  "deploy",
  "test",
  "demo",
  "bench",
  "package.json",
  "tsconfig.json",
  "vitest.config.ts",
  "CONTRIBUTING.md",
  "README.md",
];

/** What other commands install: it is large, and no test changes it. */
const linked = ["node_modules", "test/peers/.programs"];
const filter = (path: string) => !linked.includes(relative(root, path));
const checkedTypes = "types.tsbuildinfo";

interface Run {
  readonly code: number;
  /** stdout and stderr. */
  readonly output: string;
}

/** A copy of the code to change, with the packages and programs of this checkout. */
export class ScratchCopy {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** With the types that a copy of the same code has checked, only changed files and their users are checked again. */
  static async open(checked?: ScratchCopy): Promise<ScratchCopy> {
    const folder = await mkdtemp(join(tmpdir(), "doorward-scratch-"));
    await Promise.all(
      parts.map((part) => cp(join(root, part), join(folder, part), { recursive: true, filter })),
    );
    await Promise.all(linked.map((part) => symlink(join(root, part), join(folder, part))));
    if (checked !== undefined)
      await cp(join(checked.folder, checkedTypes), join(folder, checkedTypes));
    const copy = new ScratchCopy(folder);
    await copy.write(
      "tsconfig.source.json",
      JSON.stringify({ extends: "./tsconfig.json", include: ["server", "providers", "docs"] }),
    );
    return copy;
  }

  async write(file: string, text: string): Promise<void> {
    await mkdir(dirname(join(this.folder, file)), { recursive: true });
    await writeFile(join(this.folder, file), text);
  }

  /** Inserts text right after a text that occurs once. Throws where it does not. */
  async insert(file: string, after: string, text: string): Promise<void> {
    const before = await readFile(join(this.folder, file), "utf8");
    if (before.split(after).length !== 2) throw new Error(`${file} does not contain ${after} once`);
    await this.write(
      file,
      before.replace(after, () => after + text),
    );
  }

  read(file: string): Promise<string> {
    return readFile(join(this.folder, file), "utf8");
  }

  /** Runs a program of the packages, such as tsc, or a file of the copy with Node. */
  run(program: string, ...words: string[]): Promise<Run> {
    const path = program === "node" ? process.execPath : join(root, "node_modules/.bin", program);
    return new Promise((resolve) => {
      execFile(path, words, { cwd: this.folder }, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
        resolve({ code, output: stdout + stderr });
      });
    });
  }

  /** The faults of the types in the source; "" = none. */
  async typeFaults(): Promise<string> {
    const kept = ["--incremental", "--tsBuildInfoFile", checkedTypes];
    return (await this.run("tsc", "--noEmit", "--project", "tsconfig.source.json", ...kept)).output;
  }

  /** Runs TypeScript that imports from the copy, and parses the JSON that it prints. */
  async evaluate(code: string): Promise<unknown> {
    await this.write("evaluated.ts", code);
    const { code: exit, output } = await this.run("node", "evaluated.ts");
    if (exit !== 0) throw new Error(output);
    return JSON.parse(output);
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}
