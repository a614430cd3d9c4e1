import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { root } from "../docs/source-files.ts";

const pretend = 'Object.defineProperty(process,"version",{value:"v20.19.0"})';

/** What `npm ci` prints on the oldest Node that may install the packages. It installs nothing. */
function printedBy(...options: readonly string[]) {
  const words = ["ci", "--dry-run", "--offline", ...options];
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(pretend)}`;
  return spawnSync("npm", words, {
    cwd: root,
    encoding: "utf8",
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_OPTIONS },
  });
}

it("npm ci prints no warning on an older Node", () => {
  const usual = printedBy();
  const withWarnings = printedBy("--loglevel", "warn");

  expect([usual.status, usual.stderr]).toEqual([0, ""]);
  // npm takes this Node for an old one.
  expect(withWarnings.stderr).toContain("EBADENGINE   package: 'vitest@");
});
