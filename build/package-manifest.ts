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

/** What a workflow of GitHub knows about its repository. */
interface Forge {
  readonly GITHUB_SERVER_URL?: string;
  readonly GITHUB_REPOSITORY?: string;
}

/**
 * The package.json that `npm publish` publishes. A publication with provenance must name the repository of the workflow
 * that publishes it, and npm's page of the package resolves the links of the README there.
 */
export function packageManifest(ofRepository: unknown, forge: Forge): object {
  const { files, ...kept } = v.parse(manifest, ofRepository);
  return {
    ...kept,
    ...repositoryOf(forge),
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

function repositoryOf({ GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name }: Forge): object {
  if (server === undefined || name === undefined) return {};
  const address = `${server}/${name}`;
  return {
    repository: { type: "git", url: `git+${address}.git` },
    homepage: `${address}#readme`,
    bugs: `${address}/issues`,
  };
}
