import { statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { describeParts, partsOf } from "../../bench/loaded.ts";
import { root } from "../../bench/server.ts";

it("sums the loaded files by package and folder, the largest first", () => {
  const files = [
    "server/errors.ts",
    "server/verify/verify.ts",
    "server/verify/refusal.ts",
    "providers/oidc.ts",
    "node_modules/valibot/dist/index.mjs",
  ];
  const size = (file: string) => statSync(join(root, file)).size;
  const outside = ["node:http", "file:///hook.mjs"];

  const parts = partsOf([...files.map((file) => pathToFileURL(join(root, file)).href), ...outside]);

  expect(parts.map(({ name }) => name)).toEqual([
    "valibot",
    "server/verify/",
    "server/",
    "providers/",
  ]);
  expect(parts[1]).toEqual({
    name: "server/verify/",
    files: 2,
    bytes: size("server/verify/verify.ts") + size("server/verify/refusal.ts"),
  });
  expect(describeParts(parts).split("\n").at(-1)).toMatch(/^\| all \| 5 \| \d+ \|$/);
});
