import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { proxyFiles, proxyNames } from "../../server/tools/proxy-files.ts";
import { deployFolder, exampleConfig } from "./example.ts";

/** Files that are written by hand, not printed. */
const byHand = new Set(["README.md", "compose.yaml"]);

// After a change to the printers, `vitest run test/deploy/printed.test.ts --update` writes the files.
describe.each(proxyNames)("the files in deploy/%s", (proxy) => {
  const { files } = proxyFiles(exampleConfig(), proxy);

  it.each([...files.keys()])(`equal the printed configuration of the example: %s`, async (name) => {
    await expect(files.get(name)).toMatchFileSnapshot(join(deployFolder, proxy, name));
  });

  it("are all printed, except for README.md and compose.yaml", () => {
    const there = readdirSync(join(deployFolder, proxy), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) =>
        join(parentPath, name).slice(join(deployFolder, proxy).length + 1),
      );

    expect(there.filter((name) => !byHand.has(name)).toSorted()).toEqual(
      [...files.keys()].toSorted(),
    );
  });
});
