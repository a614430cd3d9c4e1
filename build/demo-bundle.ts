import { dirname, join, relative, resolve } from "node:path";
import { rolldown, type Plugin } from "rolldown";
import { root } from "../docs/source-files.ts";
import { refuseWarnings } from "./bundle.ts";

/**
 * Bundles the demo with its issuer, a development package, into one file, and returns the modules in it. doorward itself
 * and its dependencies are imported from the package.
 */
export async function bundleDemo(file: string): Promise<string[]> {
  const build = await rolldown({
    input: join(root, "demo/demo.ts"),
    platform: "node",
    plugins: [importsOfPackage()],
    onLog: refuseWarnings,
  });
  // The issuer finds its records by the names of its classes.
  const { output } = await build.write({
    file,
    format: "esm",
    codeSplitting: false,
    keepNames: true,
  });
  return output.flatMap((one) => (one.type === "chunk" ? one.moduleIds : []));
}

function importsOfPackage(): Plugin {
  const server = join(root, "server/");
  return {
    name: "imports-of-package",
    resolveId(id, importer = "") {
      if (importer === "" || importer.includes("/node_modules/")) return undefined;
      const imported = resolve(dirname(importer), id);
      if (id.startsWith(".") && imported.startsWith(server)) {
        const compiled = relative(join(root, "demo"), imported).replace(/\.ts$/, ".js");
        return { id: compiled, external: true };
      }
      // Of our own files only: the issuer may need another version of a package.
      return /^[.\0/]|^oidc-provider$/.test(id) ? undefined : { id, external: true };
    },
  };
}
