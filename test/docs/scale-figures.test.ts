import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { scalePage } from "../../docs/scale-page.ts";

it("docs/scale.md has the tables that `npm run docs` computes from docs/scale-figures.ts", () => {
  const text = readFileSync(join(import.meta.dirname, "../../docs/scale.md"), "utf8");

  expect(scalePage(text)).toBe(text);
});
