import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, posix, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build } from "vitepress";
import { root } from "../source-files.ts";
import { brokenLinks } from "./broken-links.ts";
import { pageFiles, placeOf } from "./contents.ts";

/** Builds the manual as a static site. */
const { values } = parseArgs({
  options: {
    base: { type: "string", default: "/" },
    out: { type: "string", default: join(root, "site") },
  },
});
const base = `/${values.base}/`.replaceAll(/\/+/g, "/");
const outDir = resolve(values.out);
// VitePress empties the folder first.
const before = existsSync(outDir) ? readdirSync(outDir) : [];
if (before.length > 0 && !before.includes("hashmap.json"))
  throw new Error(`${outDir} has other files than a site's: name an empty folder in --out`);
// VitePress works outside the checkout, because its bundler warns of a newer target in a tsconfig.json above.
const folder = mkdtempSync(join(tmpdir(), "doorward-site-"));
try {
  gather(folder);
  process.chdir(folder);
  await build(folder, { base, outDir });
} finally {
  rmSync(folder, { recursive: true });
}
const broken = brokenLinks(outDir, base);
if (broken.length > 0) {
  process.stderr.write(`${broken.join("\n")}\nlinks that lead nowhere: ${broken.length}\n`);
  process.exitCode = 1;
}

/** Puts the pages and their pictures into a folder of VitePress, in the same places as in the repository. */
function gather(into: string): void {
  for (const file of pageFiles()) {
    const text = readFileSync(join(root, file), "utf8");
    write(join(into, placeOf(file)), text);
    for (const [, picture = ""] of text.matchAll(/!\[[^\]]*\]\((?!https?:)([^)\s]+)\)/g)) {
      const path = posix.join(posix.dirname(file), picture);
      cpSync(join(root, path), join(into, path));
    }
  }
  // An import that VitePress's bundler cannot follow: Node loads the TypeScript itself.
  const config = JSON.stringify([join(import.meta.dirname, "config.ts")]);
  const loaded = `export default (await import(${config}[0])).default;\n`;
  write(join(into, ".vitepress/config.mjs"), loaded);
  const style = JSON.stringify(join(import.meta.dirname, "style.css"));
  const theme = `import ${style};\nexport { default } from "vitepress/theme-without-fonts";\n`;
  write(join(into, ".vitepress/theme/index.js"), theme);
  symlinkSync(join(root, "node_modules"), join(into, "node_modules"));
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
