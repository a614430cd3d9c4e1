import { rolldown, type Plugin } from "rolldown";
import { dirname, resolve } from "node:path";

/** A worker's file in the folder of the module that starts it, by a URL, as Node wants it. */
export const workerUrl = /new URL\("([\w-]+\.ts)", import\.meta\.url\)/g;
/** The same, as tinypool writes it. */
const tinypools = /fileURLToPath\(import\.meta\.url \+ "\/\.\.\/(entry\/worker\.js)"\)/g;

/**
 * Replaces the files of workers by `data:` URLs with the whole worker, because a single executable has no files. Throws
 * if none of either kind is there: a worker would be missing.
 */
export function inlinedWorkers(): Plugin {
  const found = new Set<RegExp>();
  return {
    name: "inlined-workers",
    transform: {
      filter: { code: /import\.meta\.url/ },
      async handler(code, id) {
        let changed = code;
        for (const pattern of [workerUrl, tinypools])
          for (const [written, file = ""] of code.matchAll(pattern)) {
            found.add(pattern);
            const url = await dataUrlOf(resolve(dirname(id), file));
            changed = changed.replace(written, () => `new URL(${JSON.stringify(url)})`);
          }
        return changed === code ? undefined : changed;
      },
    },
    buildEnd() {
      if (found.size < 2) throw new Error("a worker's file is written in a way that is not known");
    },
  };
}

async function dataUrlOf(file: string): Promise<string> {
  const build = await rolldown({ input: file, platform: "node" });
  const { output } = await build.generate({ format: "esm", codeSplitting: false, minify: true });
  return `data:text/javascript,${encodeURIComponent(output[0].code)}`;
}
