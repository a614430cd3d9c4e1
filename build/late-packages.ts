import type { Plugin } from "rolldown";

/** Packages in chunks of their own, which nearly no start runs: the Public Suffix List, and what makes certificates. */
export const latePackages: readonly string[] = ["tldts", "node-forge"];

const declaration = /^const require = createRequire\(import\.meta\.url\);$/m;

/**
 * Leaves out `const require = createRequire(import.meta.url)` in our files: what they require is bundled or, if it is a
 * late package, found by `runChunks`. It still runs at the first call.
 */
export function bundledRequires(): Plugin {
  return {
    name: "bundled-requires",
    transform: {
      filter: { id: /\/(server|build)\/.*\.ts$/, code: declaration },
      handler: (code) => code.replace(declaration, ""),
    },
  };
}
