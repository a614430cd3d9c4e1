import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { expect, inject, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { root } from "../../docs/source-files.ts";

const tarball = readFileSync(inject("tarball"));
const installed = join(inject("project"), "node_modules/doorward");
const files = readdirSync(installed, { recursive: true, encoding: "utf8" }).filter((name) =>
  statSync(join(installed, name)).isFile(),
);

it("has no fault that publint finds", async () => {
  const pack = { tarball: Uint8Array.from(tarball).buffer };

  const { messages } = await publint({ pack, strict: true });

  expect(messages).toEqual([]);
});

it("has types that every resolution of an ES module finds", async () => {
  const analysis = await checkPackage(createPackageFromTarballData(tarball));

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
  expect(files).toEqual(expect.arrayContaining(["server/embed.js", "server/embed.d.ts"]));
});

it("contains the repository's pages, schema and proxy files", () => {
  const pages = ["README.md", "CHANGELOG.md", "SECURITY.md", "LICENSE", "doorward.schema.json"];
  const names = [...pages, "deploy/nginx/doorward.conf"];
  const textsIn = (folder: string) => names.map((name) => readFileSync(join(folder, name), "utf8"));

  expect(textsIn(installed)).toEqual(textsIn(root));
});

it("has the license of every package that the demo contains", () => {
  const licenses = readFileSync(join(installed, "demo/LICENSES"), "utf8");
  const bundled = readFileSync(join(installed, "demo/demo.js"), "utf8").matchAll(
    /^\/\/ node_modules\/((?:@[^/]+\/)?[^/]+)\//gm,
  );
  const names = new Set(Array.from(bundled, ([, name = ""]) => name));

  expect(names).toContain("oidc-provider");
  const missing = [...names].filter(
    (name) => !new RegExp(`^${RegExp.escape(name)} \\d+\\.\\d+\\.\\d+`, "m").test(licenses),
  );
  expect(missing).toEqual([]);
});

it("has a package.json that installs nothing but the dependencies, and runs no script", () => {
  const published = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));

  expect(published.dependencies).toEqual(manifest.dependencies);
  expect(published.engines).toEqual(manifest.engines);
  expect(published.publishConfig).toEqual({ access: "public", provenance: true });
  for (const key of ["private", "scripts", "devDependencies", "allowScripts"])
    expect(published).not.toHaveProperty(key);
});
