import { existsSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { fileText } from "../../config/file-text.ts";
import { reasonsOf } from "../../observe/log.ts";
import type { Surroundings } from "./formats/given-files.ts";
import type { Imported } from "./imported.ts";
import { renderNotes } from "./notes.ts";
import { importOAuth2Proxy } from "./oauth2-proxy.ts";
import type { ImportFile } from "./setting.ts";
import { importTraefikForwardAuth } from "./traefik-forward-auth.ts";
import { importVouchProxy } from "./vouch-proxy.ts";

/** The output for stdout, if any, and the remarks for stderr. */
interface Report {
  readonly output: string | undefined;
  readonly remarks: string;
}

type Importer = (
  files: readonly ImportFile[],
  readBeside: (path: string) => string,
  surroundings: Surroundings,
) => Imported;

const importers: Readonly<Record<string, Importer>> = {
  "oauth2-proxy": importOAuth2Proxy,
  "traefik-forward-auth": importTraefikForwardAuth,
  "vouch-proxy": importVouchProxy,
};

const importable = Object.keys(importers);

/** What the command line and the process add to the files. */
interface Options {
  readonly service: string | undefined;
  readonly environment: Surroundings["environment"];
}

/** Imports files of another tool. Throws when the tool is unknown or a file cannot be read. */
export function importFiles(tool: string, paths: readonly string[], options: Options): Report {
  const importer = Object.hasOwn(importers, tool) ? importers[tool] : undefined;
  if (importer === undefined)
    throw new Error(`"${tool}" cannot be imported; available: ${importable.join(", ")}`);
  const [first = ""] = paths;
  const files = paths.map((path) => ({
    name: path === "-" ? "stdin" : path,
    text: readText(path),
  }));
  const beside = (path: string) => (isAbsolute(path) ? path : join(dirname(first), path));
  const { yaml, notes, problems } = importer(
    files,
    (path) => fileText(readFileSync(beside(path))).text,
    { ...options, readFile: (path) => (existsSync(path) ? readText(path) : undefined) },
  );
  if (problems.length > 0) {
    const lines = problems.map(
      ({ place, message }) => `  ${place === "" ? "" : `${place}: `}${message}`,
    );
    return {
      output: undefined,
      remarks: [`${paths.join(", ")} cannot be imported:`, ...lines].join("\n"),
    };
  }
  return { output: yaml, remarks: renderNotes(notes) };
}

function readText(path: string): string {
  try {
    return fileText(readFileSync(path === "-" ? 0 : path)).text;
  } catch (error) {
    throw new Error(`${path} cannot be read: ${reasonsOf(error)}`, { cause: error });
  }
}
