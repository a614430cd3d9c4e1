import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { importsOf, root, sourceFiles } from "../../docs/source-files.ts";

const read = (file: string) => readFileSync(join(root, file), "utf8");

const { dependencies } = v.parse(
  v.object({ dependencies: v.record(v.string(), v.string()) }),
  JSON.parse(read("package.json")),
);
const entry = v.looseObject({
  dev: v.optional(v.boolean(), false),
  devOptional: v.optional(v.boolean(), false),
  optional: v.optional(v.boolean(), false),
  inBundle: v.optional(v.boolean(), false),
  integrity: v.optional(v.string()),
  resolved: v.optional(v.string()),
  hasInstallScript: v.optional(v.boolean(), false),
});
const lockfile = v.parse(
  v.object({ packages: v.record(v.string(), entry) }),
  JSON.parse(read("package-lock.json")),
);
/** What `npm ci --omit=dev --omit=optional` installs, by path in `node_modules`. A bundled package is part of its owner. */
const installed = Object.entries(lockfile.packages).filter(
  ([path, { dev, devOptional, optional, inBundle }]) =>
    path !== "" && !dev && !devOptional && !optional && !inBundle,
);

describe("docs/dependencies.md", () => {
  const page = read("docs/dependencies.md");

  it("gives the reason of every runtime dependency, and lists no other package", () => {
    const rows = Array.from(page.matchAll(/^\| `([^`]+)` +\| (.*?) +\|/gm));

    expect(rows.map(([, name]) => name)).toEqual(Object.keys(dependencies));
    expect(rows.filter(([, , reason = ""]) => reason.split(" ").length < 2)).toEqual([]);
  });

  it("has the number of packages of a production install", () => {
    expect(page).toContain(`A production install has ${installed.length} packages in all`);
  });
});

describe("the packages of a production install", () => {
  it("contain every package that the service imports", () => {
    // A text that contains `from "` can look like an import of something with spaces.
    const imported = sourceFiles()
      .flatMap((file) => importsOf(file))
      .filter(({ isLocal, target }) => !isLocal && !/^(\.|node:)|\s/.test(target))
      .map(({ target }) => /^(@[^/]+\/)?[^/]+/.exec(target)?.[0] ?? "");

    expect(imported.length).toBeGreaterThan(0);
    expect(imported.filter((name) => !Object.hasOwn(dependencies, name))).toEqual([]);
  });

  it("run no script when they are installed", () => {
    expect(installed.filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([]);
  });

  it("each have a checksum, and no address of a registry", () => {
    expect(installed.filter(([, { integrity }]) => !integrity?.startsWith("sha512-"))).toEqual([]);
    expect(installed.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });
});
