import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../server.ts";

const page = join(root, "docs/scale.md");
const between = /(<!-- simulation -->\n)[^]*(<!-- end of simulation -->)/;

/** Writes the results of the simulation to docs/scale.md. */
export async function writePage(results: string): Promise<void> {
  const before = await readFile(page, "utf8");
  const after = before.replace(
    between,
    (_, start: string, end: string) => `${start}\n${results}\n\n${end}`,
  );
  await writeFile(page, after);
  execFileSync("npx", ["oxfmt", page], { stdio: "ignore" });
}
