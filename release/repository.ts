import { execFileSync } from "node:child_process";
import type { Fault } from "./versions.ts";

function git(folder: string, ...words: readonly string[]): string[] {
  const printed = execFileSync("git", words, { cwd: folder, encoding: "utf8" });
  return printed.split("\n").filter((line) => line !== "");
}

/** Uncommitted changes, and tags of HEAD that are of another version. */
export function checkRepository(folder: string, version: string): Fault[] {
  const changed = git(folder, "status", "--porcelain").map((line) => ({
    place: line.slice(3),
    message: "is not committed: commit or remove the change",
  }));
  const tags = versionTags(folder)
    .filter((tag) => tag !== `v${version}`)
    .map((tag) => ({
      place: `tag ${tag}`,
      message: `HEAD has this tag, but package.json has ${version}: git tag --delete ${tag}, or change the version`,
    }));
  return [...changed, ...tags];
}

/** The tags of HEAD that begin as a version's does. */
export function versionTags(folder: string): string[] {
  return git(folder, "tag", "--points-at", "HEAD").filter((tag) => /^v\d/.test(tag));
}
