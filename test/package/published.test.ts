import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { expect, inject, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { root } from "../../docs/source-files.ts";

const tarball = readFileSync(inject("tarball"));
const packed = createPackageFromTarballData(tarball);
const prefix = `/node_modules/${packed.packageName}/`;
const files = packed.listFiles().map((name) => name.slice(prefix.length));

function textOf(file: string): string {
  return packed.readFile(prefix + file);
}

it("has no fault that publint finds", async () => {
  const pack = { tarball: Uint8Array.from(tarball).buffer };

  const { messages } = await publint({ pack, strict: true });

  expect(messages).toEqual([]);
});

it("has types that every resolution of an ES module finds", async () => {
  const analysis = await checkPackage(packed);

  expect(analysis.types).toEqual({ kind: "included" });
  const problems = "problems" in analysis ? analysis.problems : undefined;
  // The types of `require` and of TypeScript before 4.7, which know no ES module and no `exports`.
  expect(problems?.map((one) => ("resolutionKind" in one ? one.resolutionKind : one))).toEqual([
    "node16-cjs",
    "node10",
  ]);
});

it("contains compiled JavaScript, and the types of its exports only", () => {
  expect(files.filter((name) => /\.[cm]?ts$/.test(name) && !name.endsWith(".d.ts"))).toEqual([]);
  expect(files.filter((name) => name.endsWith(".d.ts")).length).toBeLessThan(10);
  expect(files).toEqual(
    expect.arrayContaining(["package/server/embed.js", "package/server/embed.d.ts"]),
  );
});

it("contains the repository's pages, schema and proxy files", () => {
  const pages = ["README.md", "CHANGELOG.md", "SECURITY.md", "LICENSE", "doorward.schema.json"];
  const names = [...pages, "deploy/nginx/doorward.conf"];

  expect(names.map(textOf)).toEqual(names.map((name) => readFileSync(join(root, name), "utf8")));
});

it("has the license of every package that the demo contains", () => {
  const licenses = textOf("package/demo/LICENSES");
  const bundled = textOf("package/demo/demo.js").matchAll(
    /^\/\/ node_modules\/((?:@[^/]+\/)?[^/]+)\//gm,
  );
  const names = new Set(Array.from(bundled, ([, name = ""]) => name));

  expect(names).toContain("oidc-provider");
  const missing = [...names].filter(
    (name) => !new RegExp(`^${RegExp.escape(name)} \\d+\\.\\d+\\.\\d+`, "m").test(licenses),
  );
  expect(missing).toEqual([]);
});

it("can be published, and runs no script where it is installed", () => {
  const published = JSON.parse(textOf("package.json"));

  expect(published.private).toBeUndefined();
  expect(published.dependencies).toEqual(manifest.dependencies);
  const scripts = ["preinstall", "install", "postinstall", "prepare"];
  expect(scripts.filter((name) => name in published.scripts)).toEqual([]);
});
