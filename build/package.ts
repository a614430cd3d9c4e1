import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { root } from "../docs/source-files.ts";
import { compile } from "./compile.ts";
import { bundleDemo } from "./demo-bundle.ts";
import { packageLicenses } from "./licenses.ts";
import { packageManifest } from "./package-manifest.ts";

const folder = join(root, "package");

/** What the package has as it is in the repository. */
const copied = [
  "README.md",
  "CHANGELOG.md",
  "SECURITY.md",
  "LICENSE",
  "doorward.schema.json",
  "deploy",
];

await rm(folder, { recursive: true, force: true });
await mkdir(folder);
await compile(folder);
const modules = await bundleDemo(join(folder, "demo/demo.js"));
await writeFile(join(folder, "demo/LICENSES"), packageLicenses(modules));
for (const name of copied) await cp(join(root, name), join(folder, name), { recursive: true });
// After the compiler, which copies the imported package.json of the repository.
const manifest: unknown = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
await writeFile(
  join(folder, "package.json"),
  `${JSON.stringify(packageManifest(manifest, process.env), null, 2)}\n`,
);
await printSizes();

async function printSizes(): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = new Map<string, number>();
  for (const { parentPath, name } of files) {
    const file = join(parentPath, name);
    const [part = ""] = relative(folder, file).split(sep, 1);
    sizes.set(part, (sizes.get(part) ?? 0) + (await stat(file)).size);
  }
  for (const [part, size] of sizes)
    process.stdout.write(`package/${part}: ${(size / 1000).toFixed(0)} kB\n`);
  process.stdout.write(`package/: ${files.length} files\n`);
}
