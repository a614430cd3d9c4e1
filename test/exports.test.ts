import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root, trackedFiles } from "../docs/source-files.ts";

const texts = new Map(
  trackedFiles()
    .filter((file) => /\.(ts|js)$/.test(file))
    .map((file) => [file, readFileSync(join(root, file), "utf8")]),
);
const declaration = /^export (?:async )?(?:function|const|class|interface|type) (\w+)/gm;

it("every export is used by another file", () => {
  const unused: string[] = [];
  let seen = 0;
  for (const [file, text] of texts) {
    if (file === "test/architecture.test.ts") continue; // it contains code as text
    for (const [, name = ""] of text.matchAll(declaration)) {
      seen++;
      const word = new RegExp(`(?<![\\w$])${name}(?![\\w$])`);
      const isUsed = [...texts].some(([other, code]) => other !== file && word.test(code));
      if (!isUsed) unused.push(`${file}: ${name}`);
    }
  }

  expect(seen).toBeGreaterThan(500);
  expect(unused).toEqual([]);
});
