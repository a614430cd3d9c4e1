import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { digestsOf, looks, screenPages } from "../../docs/screens.ts";
import { root } from "../../docs/source-files.ts";

const folder = join(root, "docs/screens");

it("docs/screens has a picture of each page as it is now; npm run screens takes them", () => {
  const digests: unknown = JSON.parse(readFileSync(join(folder, "pages.json"), "utf8"));
  const pictures = [...screenPages().keys()].flatMap((name) =>
    looks.map(({ width, colorScheme }) => `${name}-${width}-${colorScheme}.png`),
  );

  expect(digests).toEqual(digestsOf(screenPages()));
  expect(readdirSync(folder).toSorted()).toEqual([...pictures, "pages.json"].toSorted());
});
