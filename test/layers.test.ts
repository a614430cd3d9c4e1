import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { folderOf, importsOf, ranks, sourceFiles } from "../docs/source-files.ts";

const endpointFolders = ["server/verify", "server/start", "server/callback", "server/sign-out"];
const sources = sourceFiles();

function rankOf(file: string): number {
  return ranks.indexOf(folderOf(file));
}

function localImportsOf(file: string): string[] {
  return importsOf(file)
    .filter(({ isLocal }) => isLocal)
    .map(({ target }) => target);
}

/** The files of an import cycle through this file, if there is one. */
function cycleThrough(file: string): string[] | undefined {
  const seen = new Set<string>();
  const walk = (current: string, path: readonly string[]): string[] | undefined => {
    for (const next of localImportsOf(current)) {
      if (next === file) return [...path, next];
      if (seen.has(next) || folderOf(next) !== folderOf(file)) continue;
      seen.add(next);
      const cycle = walk(next, [...path, next]);
      if (cycle !== undefined) return cycle;
    }
    return undefined;
  };
  return walk(file, [file]);
}

describe("the layers", () => {
  it.each(sources)("contain no import of a higher rank in %s", (file) => {
    const upward = localImportsOf(file).filter((other) => rankOf(other) < rankOf(file));

    expect(rankOf(file), `${folderOf(file)} has no rank`).toBeGreaterThanOrEqual(0);
    expect(upward).toEqual([]);
  });

  it("have no import cycle within a folder", () => {
    expect(sources.flatMap((file) => cycleThrough(file)?.join(" -> ") ?? [])).toEqual([]);
  });

  it("keep endpoints from importing each other", () => {
    const across = endpointFolders.flatMap((folder) =>
      sources
        .filter((file) => dirname(file) === folder)
        .flatMap(localImportsOf)
        .filter((other) => dirname(other) !== folder && endpointFolders.includes(dirname(other))),
    );

    expect(across).toEqual([]);
  });

  it("import openid-client only in server/sign-in", () => {
    const importers = sources.filter((file) =>
      importsOf(file).some(({ target }) => target === "openid-client"),
    );

    expect(importers.filter((file) => !file.startsWith("server/sign-in/"))).toEqual([]);
  });

  it("keep providers from importing server files", () => {
    const files = sources.filter((file) => file.startsWith("providers/"));

    expect(files.flatMap(localImportsOf).filter((file) => !file.startsWith("providers/"))).toEqual(
      [],
    );
  });
});

describe("the layout", () => {
  it("gives every folder exactly one rank", () => {
    const folders = new Set(sources.map(folderOf));

    expect(new Set(ranks).size).toBe(ranks.length);
    expect([...folders].toSorted()).toEqual(ranks.toSorted());
  });

  it("keeps at most three files directly in server/", () => {
    expect(sources.filter((file) => dirname(file) === "server").length).toBeLessThanOrEqual(3);
  });
});
