import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root, trackedFiles } from "../../docs/source-files.ts";
import { blocks, blocksIn, pages, type Block } from "./blocks.ts";
import { npmCommandsIn } from "./npm-commands.ts";
import { notRun } from "./not-run.ts";

type Named = Pick<Block, "file" | "language"> & { readonly start: string };

/** Whether a test reads every such block, of any document: its file is named. */
function isReadEverywhere({ language, text }: Block): boolean {
  return (
    language === "yaml" || // configurations.test.ts
    (language === "inline" && text.startsWith("doorward ")) || // commands.test.ts
    npmCommandsIn(text) !== undefined // npm-commands.test.ts
  );
}

/** The blocks that tests take out of the documents, by their calls of `block` and `blocksOf`. */
const run: readonly Named[] = trackedFiles()
  .filter((file) => file.startsWith("test/") && file.endsWith(".test.ts"))
  .flatMap((file) => callsIn(readFileSync(join(root, file), "utf8")));

/** The document is a literal or the file's constant `page`. */
function callsIn(code: string): Named[] {
  const [, page = ""] = /^const page = "([^"]+)";$/m.exec(code) ?? [];
  const call = /\bblock(?:sOf)?\(\s*(?:"([^"]+)"|page),\s*"([^"]*)"(?:,\s*"([^"]*)")?,?\s*\)/g;
  return Array.from(code.matchAll(call), ([, file = page, language = "", start = ""]) => ({
    file,
    language,
    start,
  }));
}

function isNamed({ file, language, text }: Block, names: readonly Named[]): boolean {
  return names.some(
    (one) => one.file === file && one.language === language && text.startsWith(one.start),
  );
}

/** The places of blocks that no test runs and that have no reason for it. */
function forgotten(found: readonly Block[]): string[] {
  return found
    .filter((one) => !isReadEverywhere(one) && !isNamed(one, run) && !isNamed(one, notRun))
    .map(({ file, line, text }) => `${file}:${line}: ${text.split("\n", 1)[0]}`);
}

describe("every block of the documents", () => {
  it("is run by a test, or has a reason why not", () => {
    expect(blocks.length).toBeGreaterThan(130);
    expect(forgotten(blocks)).toEqual([]);
  });

  it("has a fence of backticks", () => {
    const others = pages.filter((file) => /^\s*~~~/m.test(readFileSync(join(root, file), "utf8")));

    expect(others).toEqual([]);
  });

  it.each([
    "```sh\nrm -r sessions\n```",
    "  ```nginx\n  listen 80;\n  ```",
    "run `kubectl get pods`",
  ])("would be found without either: %j", (page) => {
    expect(forgotten(blocksIn("docs/new.md", page))).toHaveLength(1);
  });

  it.each(notRun)("has no outdated reason: $file, $start", (one) => {
    const meant = blocks.filter((found) => isNamed(found, [one]));

    expect(meant).not.toEqual([]);
    expect(meant.filter((found) => isNamed(found, run))).toEqual([]);
  });
});
