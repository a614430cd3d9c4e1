import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import manifest from "../../package.json" with { type: "json" };
import { root } from "../../docs/source-files.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A project in which the package is installed. */
    project: string;
    /** The file that `npm pack` made of the package. */
    tarball: string;
  }
}

/** Builds and packs the package, and installs it in an empty project. The returned function removes the project. */
export function setup({ provide }: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "doorward-package-"));
  const project = join(folder, "project");
  const run = (program: string, words: readonly string[], cwd: string) =>
    execFileSync(program, words, { cwd, stdio: ["ignore", "pipe", "inherit"], encoding: "utf8" });
  // Its `prepack` compiles the package.
  const words = ["pack", "--silent", "--pack-destination", folder];
  const tarball = join(folder, run("npm", words, root).trim().split("\n").at(-1) ?? "");
  mkdirSync(project);
  const { h3 } = manifest.dependencies;
  const dependencies = { doorward: `file:${tarball}`, h3 };
  const settings = { private: true, type: "module", dependencies };
  writeFileSync(join(project, "package.json"), JSON.stringify(settings));
  const install = ["install", "--omit=dev", "--ignore-scripts", "--prefer-offline"];
  run("npm", [...install, "--no-audit", "--no-fund"], project);
  provide("project", project);
  provide("tarball", tarball);
  // What test/peers/process.ts runs.
  process.env.DOORWARD_TEST_EXECUTABLE = join(project, "node_modules/.bin/doorward");
  return () => rmSync(folder, { recursive: true });
}
