import { execFileSync } from "node:child_process";
import { copyFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { root } from "../docs/source-files.ts";
import { workerUrl } from "./inlined-workers.ts";
import { suffixFile } from "./suffix-file.ts";

const compiler = join(root, "node_modules/typescript/bin/tsc");
const start = "server/cli/doorward.js";
/** An import of a file of ours, without the end of its name. */
const tsImport = /((?:from |import\()"(\.[^"]+))\.ts(?=")/g;
const typesEntry = "server/embed.d.ts";

/** Compiles `server/` and `providers/` into the folder, a file for each, with the types of what it exports. */
export async function compile(folder: string): Promise<void> {
  const project = join(root, "build/tsconfig.package.json");
  execFileSync(process.execPath, [compiler, "--project", project, "--outDir", folder], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  await renameWorkers(folder);
  await copyStart(folder);
  await copyFile(join(root, suffixFile), join(folder, suffixFile));
  await removeInternalTypes(folder);
}

/** The compiler rewrites imports, and no URLs. */
async function renameWorkers(folder: string): Promise<void> {
  let found = 0;
  for (const file of await filesIn(folder, ".js")) {
    const code = await readFile(file, "utf8");
    const renamed = code.replaceAll(workerUrl, (written, name: string) => {
      found++;
      return written.replace(name, name.replace(/\.ts$/, ".js"));
    });
    if (renamed !== code) await writeFile(file, renamed);
  }
  if (found === 0) throw new Error("a worker's file is written in a way that is not known");
}

/** The program that users start is JavaScript already, and imports TypeScript. */
async function copyStart(folder: string): Promise<void> {
  const code = await readFile(join(root, start), "utf8");
  const compiled = code.replaceAll(/(?<=import\("\.[^"]*)\.ts(?="\))/g, ".js");
  if (compiled.includes('.ts"')) throw new Error(`${start} names a file of TypeScript`);
  await writeFile(join(folder, start), compiled, { mode: 0o755 });
}

/**
 * Keeps the declarations that the package's exports lead to, and removes the others. The compiler leaves the names of
 * imported files in them as they are.
 */
async function removeInternalTypes(folder: string): Promise<void> {
  const needed = new Set<string>();
  const waiting = [join(folder, typesEntry)];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (needed.has(file)) continue;
    needed.add(file);
    const text = await readFile(file, "utf8");
    for (const [, , path = ""] of text.matchAll(tsImport))
      waiting.push(`${resolve(dirname(file), path)}.d.ts`);
    await writeFile(file, text.replaceAll(tsImport, "$1.js"));
  }
  const all = await filesIn(folder, ".d.ts");
  await Promise.all(all.filter((file) => !needed.has(file)).map((file) => rm(file)));
}

async function filesIn(folder: string, ending: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => name.endsWith(ending)).map((name) => join(folder, name));
}
