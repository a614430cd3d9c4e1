import { join } from "node:path";
import { rolldown, type OutputChunk, type RolldownBuild, type RolldownLog } from "rolldown";
import { entryChunk } from "./assets.ts";
import { inlinedWorkers } from "./inlined-workers.ts";
import { bundledRequires, lateEntries, lateEntry, latePackages } from "./late-packages.ts";
import { onlyAscii } from "./only-ascii.ts";
import { standInsForImports } from "./stand-ins.ts";

const here = import.meta.dirname;

/**
 * Bundles the commands, and all that they import, into CommonJS chunks in a folder. CommonJS, because an ES module that
 * imports `node:http` reads every name of it, and one of them loads fetch: 15 MiB.
 */
export async function bundleChunks(folder: string): Promise<OutputChunk[]> {
  const build = await rolldown({
    input: { [entryChunk.replace(/\.js$/, "")]: join(here, "main.ts") },
    platform: "node",
    plugins: [bundledRequires(), standInsForImports(), inlinedWorkers(), onlyAscii()],
    // Packages make paths of it that the executable never opens.
    transform: { define: { "import.meta.url": '"file:///doorward"' } },
    onLog: refuseWarnings,
  });
  const late = await rolldown({
    input: Object.fromEntries(latePackages.map((name) => [name, lateEntry + name])),
    platform: "node",
    plugins: [lateEntries(), onlyAscii()],
    onLog: refuseWarnings,
  });
  // Named apart: both have a chunk for what the bundler adds.
  return [
    ...(await writeChunks(build, folder, "[name].js")),
    ...(await writeChunks(late, folder, "late-[name].js")),
  ];
}

async function writeChunks(
  build: RolldownBuild,
  folder: string,
  chunkFileNames: string,
): Promise<OutputChunk[]> {
  const { output } = await build.write({
    dir: folder,
    format: "cjs",
    entryFileNames: "[name].js",
    chunkFileNames,
    dynamicImportInCjs: false, // also of Node's modules: a script that is run by itself cannot `import()`
    // The demo's issuer finds its records by the names of its classes, and stack traces in the log need names too.
    keepNames: true,
    minify: { mangle: false },
  });
  return output.filter((one) => one.type === "chunk");
}

/** Bundles the program that runs the chunks. */
export async function bundleMain(file: string): Promise<void> {
  const build = await rolldown({ input: join(here, "executable-main.ts"), platform: "node" });
  await build.write({ file, format: "cjs", codeSplitting: false });
}

/** A package of the demo's issuer names its functions by `eval`, which the bundler only advises against. */
const harmless: ReadonlySet<string | undefined> = new Set(["EVAL"]);

/** Ends the build at every other warning. */
export function refuseWarnings(level: string, { code, message }: RolldownLog): void {
  if (level === "warn" && !harmless.has(code))
    throw new Error(`the bundle is not what was meant: ${message}`);
}
