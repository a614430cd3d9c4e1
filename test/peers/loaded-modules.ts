import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { settingsFor, startProcess } from "./process.ts";

/** Writes the URL of every module that Node loads, by import or require. */
const recorder = `
import { appendFileSync } from "node:fs";
import { registerHooks } from "node:module";
registerHooks({
  load(url, context, next) {
    appendFileSync(process.env.LOADED, url + "\\n");
    return next(url, context);
  },
});
`;

/** The URL of every module that a real `serve` with these settings loads until it listens. */
export async function loadedModules(listen: object = {}, more: object = {}): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "doorward-loaded-"));
  const [hook, loaded] = [join(folder, "hook.mjs"), join(folder, "loaded")];
  await writeFile(hook, recorder);
  const doorward = await startProcess(
    (port) => ({ ...settingsFor(port), ...more, listen: { host: "127.0.0.1", port, ...listen } }),
    { NODE_OPTIONS: `--import=${pathToFileURL(hook)}`, LOADED: loaded },
  );
  await doorward.close();
  const urls = await readFile(loaded, "utf8");
  await rm(folder, { recursive: true });
  return [...new Set(urls.trimEnd().split("\n"))];
}
