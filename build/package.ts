import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
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
  `${JSON.stringify(packageManifest(manifest), null, 2)}\n`,
);
process.stdout.write("package/: `npm publish ./package` publishes it\n");
