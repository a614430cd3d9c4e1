import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "citty";
import { parseYAML } from "confbox";
import { afterAll, afterEach, expect, it, vi } from "vitest";
import { root } from "../../docs/source-files.ts";
import { explain } from "../../server/cli/configuration-commands.ts";
import { settingsFor } from "../peers/process.ts";
import { blocksOf } from "./blocks.ts";

const page = readFileSync(join(root, "docs/cookbook.md"), "utf8");
const recipes = page
  .split(/^## /m)
  .slice(1)
  .map((recipe): [title: string, text: string] => [recipe.split("\n", 1)[0] ?? "", recipe]);
const folder = mkdtempSync(join(tmpdir(), "doorward-cookbook-"));
const config = join(folder, "doorward.json");

for (const [, name = "", json = ""] of page.matchAll(/`([\w-]+\.json)` as\s+`([^`]+)`/g))
  writeFileSync(join(folder, name), json);

afterEach(() => vi.restoreAllMocks());
afterAll(() => rmSync(folder, { recursive: true }));

/** What `doorward explain` prints last for these words. */
async function lastLineOf(words: readonly string[]): Promise<string> {
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  await runCommand(explain, { rawArgs: [...words, "--config", config] });
  const printed = write.mock.calls.map(([text]) => String(text)).join("");
  write.mockRestore();
  return printed.trimEnd().split("\n").at(-1) ?? "";
}

function inFolder(word: string): string {
  return word.endsWith(".json") ? join(folder, word) : word;
}

it("has twenty recipes, each with its commands", () => {
  expect(recipes.map(([title]) => /^(\d+)\. /.exec(title)?.[1])).toEqual(
    Array.from({ length: 20 }, (_, index) => String(index + 1)),
  );
  expect(blocksOf("docs/cookbook.md", "console")).toHaveLength(recipes.length);
});

it.each(recipes)("%s", async (_, recipe) => {
  const [, yaml = ""] = /```yaml\n(.*?)```/s.exec(recipe) ?? [];
  const own = parseYAML<Record<string, unknown>>(yaml.replaceAll("…", "filled in for the test"));
  const { access: __, ...base } = settingsFor(4180);
  const site = { url: "https://auth.example.com", cookie: { domain: "example.com" } };
  writeFileSync(config, JSON.stringify({ ...base, ...site, ...own }));
  const shown = Array.from(
    recipe.matchAll(/^\$ doorward explain (.+)\n(.+)$/gm),
    ([, words = "", line = ""]): [string[], string] => [words.split(" "), line],
  );

  const lines: string[] = [];
  for (const [words] of shown) lines.push(await lastLineOf(words.map(inFolder)));

  expect(shown.length).toBeGreaterThan(1);
  // The page leaves out the reason after the colon.
  expect(lines.map((line) => line.replace(/: .*/, ""))).toEqual(shown.map(([, line]) => line));
});
