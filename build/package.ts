import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import manifest from "../package.json" with { type: "json" };
import { root } from "../docs/source-files.ts";
import { compile } from "./compile.ts";
import { bundleDemo } from "./demo-bundle.ts";
import { packageLicenses } from "./licenses.ts";

/** What `npm pack` puts into the package as compiled, with the files of `files` in package.json. */
const folder = join(root, "package");

await rm(folder, { recursive: true, force: true });
await mkdir(folder);
await compile(folder);
const modules = await bundleDemo(join(folder, "demo/demo.js"));
await writeFile(join(folder, "demo/LICENSES"), packageLicenses(modules));
// In the place of the compiler's copy of package.json, whose paths are those of the repository.
const { name, version, type, engines } = manifest;
await writeFile(join(folder, "package.json"), JSON.stringify({ name, version, type, engines }));
await printSizes();

async function printSizes(): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = new Map<string, number>();
  for (const entry of files) {
    const file = join(entry.parentPath, entry.name);
    const [part = ""] = relative(folder, file).split(sep, 1);
    sizes.set(part, (sizes.get(part) ?? 0) + (await stat(file)).size);
  }
  for (const [part, size] of sizes)
    process.stdout.write(`package/${part}: ${(size / 1000).toFixed(0)} kB\n`);
  process.stdout.write(`package/: ${files.length} files\n`);
}
