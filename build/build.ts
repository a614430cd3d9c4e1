import { execFileSync } from "node:child_process";
import { chmod, copyFile, mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../docs/source-files.ts";
import { licensesAsset, suffixesAsset } from "./assets.ts";
import { bundleChunks, bundleMain } from "./bundle.ts";
import { writeCodeCaches } from "./code-caches.ts";
import { licensesOf } from "./licenses.ts";
import { suffixFile } from "./suffix-file.ts";

/** Makes the single executable for this machine's system and processor, with the Node that runs this. */
async function buildExecutable(output: string): Promise<void> {
  const temporary = await mkdtemp(join(tmpdir(), "doorward-build-"));
  try {
    const chunks = join(temporary, "chunks");
    const bundled = await bundleChunks(chunks);
    await writeCodeCaches(chunks, temporary);
    const modules = bundled.flatMap(({ moduleIds }) => moduleIds);
    await writeFile(join(chunks, licensesAsset), licensesOf(modules));
    await copyFile(join(root, suffixFile), join(chunks, suffixesAsset));
    const main = join(temporary, "main.cjs");
    await bundleMain(main);
    const executable = join(temporary, "doorward");
    const config = join(temporary, "sea.json");
    const names = await readdir(chunks);
    await writeFile(
      config,
      JSON.stringify({
        main,
        output: executable,
        disableExperimentalSEAWarning: true,
        useCodeCache: true,
        assets: Object.fromEntries(names.map((name) => [name, join(chunks, name)])),
      }),
    );
    execFileSync(process.execPath, ["--build-sea", config], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    await copyFile(executable, output);
    await chmod(output, 0o755);
  } finally {
    await rm(temporary, { recursive: true });
  }
}

const output = join(root, "dist/doorward");
await mkdir(join(root, "dist"), { recursive: true });
await buildExecutable(output);
const { size } = await stat(output);
process.stdout.write(`dist/doorward: ${(size / 1_000_000).toFixed(1)} MB\n`);
