import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as v from "valibot";
import { root } from "../docs/source-files.ts";

const manifest = v.object({ name: v.string(), version: v.string(), license: v.string() });

const line = `\n${"-".repeat(80)}\n\n`;

/** The licenses of doorward, of Node.js with what it contains, and of every package that these modules are of. */
export function licensesOf(modules: Iterable<string>): string {
  return [licenseOf(root), licenseOf(nodeFolder(), "Node.js"), packageLicenses(modules)].join(line);
}

/** The package `node` depends on one package for each system and processor, which has the program and its license. */
function nodeFolder(): string {
  const { resolve } = createRequire(join(root, "node_modules/node/package.json"));
  return dirname(resolve(`node-${process.platform}-${process.arch}/package.json`));
}

/** The licenses of every package that these modules are of. */
export function packageLicenses(modules: Iterable<string>): string {
  const folders = new Set(Array.from(modules, packageOf).filter((folder) => folder !== undefined));
  return [...folders]
    .map((folder) => licenseOf(folder))
    .toSorted()
    .join(line);
}

/** The folder of the package that a module is of. */
function packageOf(module: string): string | undefined {
  if (!module.includes("/node_modules/")) return undefined;
  let folder = dirname(module);
  // A folder with a package.json can be a part that says only how its files are to be read.
  while (!existsSync(join(folder, "package.json")) || !isPackage(folder)) folder = dirname(folder);
  return folder;
}

function isPackage(folder: string): boolean {
  return v.is(manifest, manifestIn(folder));
}

function manifestIn(folder: string): unknown {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

function licenseOf(folder: string, title?: string): string {
  const { name, version, license } = v.parse(manifest, manifestIn(folder));
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
    .map((file) => readFileSync(join(folder, file), "utf8").trim());
  return `${title ?? name} ${version} (${license})\n\n${texts.join("\n\n")}\n`;
}
