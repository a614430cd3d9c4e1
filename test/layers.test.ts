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

/** The files of a circle that this file is on, if there is one. */
function circleThrough(file: string): string[] | undefined {
  const seen = new Set<string>();
  const walk = (current: string, path: readonly string[]): string[] | undefined => {
    for (const next of localImportsOf(current)) {
      if (next === file) return [...path, next];
      if (seen.has(next) || folderOf(next) !== folderOf(file)) continue;
      seen.add(next);
      const circle = walk(next, [...path, next]);
      if (circle !== undefined) return circle;
    }
    return undefined;
  };
  return walk(file, [file]);
}

describe("imports", () => {
  it.each(sources)("of %s only go down", (file) => {
    const upward = localImportsOf(file).filter((other) => rankOf(other) < rankOf(file));

    expect(rankOf(file), `${folderOf(file)} has no rank`).toBeGreaterThanOrEqual(0);
    expect(upward).toEqual([]);
  });

  it("form no circle within a folder", () => {
    expect(sources.flatMap((file) => circleThrough(file)?.join(" -> ") ?? [])).toEqual([]);
  });

  it("never lead from one endpoint to another", () => {
    const across = endpointFolders.flatMap((folder) =>
      sources
        .filter((file) => dirname(file) === folder)
        .flatMap(localImportsOf)
        .filter((other) => dirname(other) !== folder && endpointFolders.includes(dirname(other))),
    );

    expect(across).toEqual([]);
  });

  it("of openid-client are in server/sign-in only", () => {
    const importers = sources.filter((file) =>
      importsOf(file).some(({ target }) => target === "openid-client"),
    );

    expect(importers.filter((file) => !file.startsWith("server/sign-in/"))).toEqual([]);
  });

  it("of a provider reach nothing of the server", () => {
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
