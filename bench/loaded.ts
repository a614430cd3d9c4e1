import { statSync } from "node:fs";
import { relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "./server.ts";

/** The loaded files of one folder of doorward's, or of one package. */
export interface Part {
  readonly name: string;
  files: number;
  bytes: number;
}

/** The largest part first. */
export function partsOf(urls: readonly string[]): Part[] {
  const parts = new Map<string, Part>();
  for (const url of urls.filter((one) => one.startsWith("file:"))) {
    const file = fileURLToPath(url);
    if (relative(root, file).startsWith("..")) continue; // what records the modules
    const name = partOf(relative(root, file));
    const part = parts.get(name) ?? { name, files: 0, bytes: 0 };
    parts.set(name, part);
    part.files++;
    part.bytes += statSync(file).size;
  }
  return [...parts.values()].toSorted((one, other) => other.bytes - one.bytes);
}

/** `valibot` of `node_modules/valibot/dist/index.mjs`; `server/verify/` of a file there. */
function partOf(path: string): string {
  const names = path.split(sep);
  const [first = "", second = "", third = ""] = names;
  if (first === "node_modules") return second.startsWith("@") ? `${second}/${third}` : second;
  if (names.length === 1) return first;
  return first === "server" && names.length > 2 ? `server/${second}/` : `${first}/`;
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(0);
}

/** The table in docs/performance.md. */
export function describeParts(parts: readonly Part[]): string {
  const files = parts.reduce((sum, part) => sum + part.files, 0);
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  return [
    "| loaded before the first sign-in | files | kB |",
    "|---|---|---|",
    ...parts.map((part) => `| \`${part.name}\` | ${part.files} | ${kilobytes(part.bytes)} |`),
    `| all | ${files} | ${kilobytes(bytes)} |`,
  ].join("\n");
}
