import * as v from "valibot";

/** What the published package.json takes from the repository's. Scripts and development packages stay there. */
const manifest = v.object({
  name: v.string(),
  version: v.string(),
  description: v.string(),
  keywords: v.array(v.string()),
  license: v.string(),
  type: v.literal("module"),
  bin: v.object({ doorward: v.string() }),
  files: v.array(v.string()),
  dependencies: v.record(v.string(), v.string()),
  engines: v.object({ node: v.string() }),
});

/** Made by the build, and not in the repository's `files`. */
const built = ["demo"];

/** The package.json that `npm publish` publishes. */
export function packageManifest(ofRepository: unknown): object {
  const { files, ...kept } = v.parse(manifest, ofRepository);
  return {
    ...kept,
    files: [...files, ...built],
    types: "./server/embed.d.ts",
    exports: {
      ".": { types: "./server/embed.d.ts", default: "./server/embed.js" },
      "./schema.json": "./doorward.schema.json",
      "./package.json": "./package.json",
    },
    // The programs; every other file only declares.
    sideEffects: [`./${kept.bin.doorward}`, "./demo/demo.js"],
    publishConfig: { access: "public", provenance: true },
  };
}
