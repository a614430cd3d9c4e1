import type { Plugin } from "rolldown";

/** Packages in chunks of their own, which nearly no start runs: the Public Suffix List, certificates, terminals. */
export const latePackages: readonly string[] = ["tldts", "node-forge", "consola", "uqr"];

/** The prefix of an entry that requires a package as listhen does: consola has another form for imports. */
export const lateEntry = "\0late:";

export function lateEntries(): Plugin {
  return {
    name: "late-entries",
    resolveId: (id) => (id.startsWith(lateEntry) ? id : undefined),
    load: (id) =>
      id.startsWith(lateEntry)
        ? `module.exports = require(${JSON.stringify(id.slice(lateEntry.length))});`
        : undefined,
  };
}

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
