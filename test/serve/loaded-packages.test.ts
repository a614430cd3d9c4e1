import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { settingsFor, startProcess, type DoorwardProcess } from "../peers/process.ts";

let folder: string;
let doorward: DoorwardProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "doorward-loaded-"));
});
afterEach(async () => {
  await doorward?.close();
  await rm(folder, { recursive: true });
});

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

/** `h3` of `…/node_modules/h3/dist/x.mjs`; `listhen > h3` of one that is another package's own. */
function packageOf(url: string): string | undefined {
  const names = [...url.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)/g)].map(([, name]) => name);
  return names.length === 0 ? undefined : names.join(" > ");
}

/** The URL of every module that a real `serve` with HTTPS loads until it listens. */
async function loadedUrls(): Promise<string[]> {
  const [hook, loaded] = [join(folder, "hook.mjs"), join(folder, "loaded")];
  await writeFile(hook, recorder);
  doorward = await startProcess(
    (port) => ({ ...settingsFor(port), listen: { host: "127.0.0.1", port, https: true } }),
    { NODE_OPTIONS: `--import=${pathToFileURL(hook)}`, LOADED: loaded },
  );
  return (await readFile(loaded, "utf8")).split("\n");
}

it("serve loads only those packages of listhen's that docs/dependencies.md names", async () => {
  const urls = await loadedUrls();
  const packages = new Set(urls.flatMap((url) => packageOf(url) ?? []));

  const ofListhen =
    "consola defu get-port-please http-shutdown listhen node-forge pathe std-env uqr".split(" ");
  expect(ofListhen.filter((name) => !packages.has(name))).toEqual([]);
  expect(
    [...packages].filter((name) =>
      /listhen >|^(@parcel|crossws|jiti|untun|tinyclip|radix3|iron-webcrypto|uncrypto|cookie-es|node-mock-http)/.test(
        name,
      ),
    ),
  ).toEqual([]);
  expect(urls.filter((url) => /node_modules\/listhen\/.*\.mjs/.test(url))).toEqual([]);
});

it("serve without password users loads nothing that checks passwords", async () => {
  const urls = await loadedUrls();

  expect(urls.filter((url) => /node_modules\/(tinypool|bcryptjs)\//.test(url))).toEqual([]);
  expect(urls.filter((url) => url.endsWith("/matches-hash.ts"))).toEqual([]);
});
