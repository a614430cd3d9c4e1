import { join, resolve, dirname } from "node:path";
import type { Plugin } from "rolldown";
import { latePackages } from "./late-packages.ts";

const here = import.meta.dirname;

/** What the executable contains instead of a file or a package. */
const standIns: Readonly<Record<string, string>> = {
  [join(here, "../server/store/import-driver.ts")]: join(here, "contained-drivers.ts"),
  [join(here, "../server/values/public-suffix-rules.ts")]: join(here, "contained-suffix-rules.ts"),
};

/** listhen requires these packages when it loads; each is loaded when it is used, as server/serve/listhen-modules.ts does. */
const deferred = "\0deferred:";

function deferredPackage(name: string): string {
  const load = `require(${JSON.stringify(name)})`;
  return `module.exports = new Proxy({}, { get: (_, name) => Reflect.get(${load}, name) });`;
}

/** Throws if one of them is never imported: its file has another name now. */
export function standInsForImports(): Plugin {
  const used = new Set<string>();
  return {
    name: "stand-ins",
    resolveId(id, importer) {
      const imported = id.startsWith(".") && importer ? resolve(dirname(importer), id) : id;
      const standIn = standIns[imported];
      if (standIn !== undefined && importer !== standIn) {
        used.add(imported);
        return standIn;
      }
      if (importer?.includes("/node_modules/listhen/") && latePackages.includes(id))
        return deferred + id;
      return latePackages.includes(id) ? { id, external: true } : undefined;
    },
    load(id) {
      return id.startsWith(deferred) ? deferredPackage(id.slice(deferred.length)) : undefined;
    },
    buildEnd() {
      const unused = Object.keys(standIns).filter((imported) => !used.has(imported));
      if (unused.length > 0) throw new Error(`nothing imports ${unused.join(", ")}`);
    },
  };
}
