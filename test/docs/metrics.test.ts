import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { metricsPage } from "../../docs/metrics-page.ts";

it("docs/metrics.md equals the output of `npm run docs`", () => {
  expect(readFileSync(join(import.meta.dirname, "../../docs/metrics.md"), "utf8")).toBe(
    metricsPage(),
  );
});
