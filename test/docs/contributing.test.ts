import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");

it("CONTRIBUTING.md lists every folder and file at the top of server/, and no other", () => {
  const page = readFileSync(join(root, "CONTRIBUTING.md"), "utf8");
  const listed = [...page.matchAll(/^\| `server\/([^`]+)`/gm)].map(([, name]) => name);

  expect(listed.toSorted()).toEqual(readdirSync(join(root, "server")).toSorted());
});
