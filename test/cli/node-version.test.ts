import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };

const program = fileURLToPath(new URL("../../server/cli/doorward.js", import.meta.url));

/** Runs `doorward secret` with a Node that reports another version of itself. */
function runOn(version: string) {
  const pretend = `Object.defineProperty(process,"versions",{value:{...process.versions,node:${JSON.stringify(version)}}})`;
  const options = ["--import", `data:text/javascript,${encodeURIComponent(pretend)}`];
  return spawnSync(process.execPath, [...options, program, "secret"], { encoding: "utf8" });
}

it.each(["22.12.0", "26.0.0", "26.5.3"])(
  "Node %s is refused at the start, with its version and the one that doorward needs",
  (version) => {
    const { status, stdout, stderr } = runOn(version);

    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(version);
    expect(stderr).toContain(manifest.engines.node.replace(">=", "Node "));
  },
);

it.each(["26.6.0", "26.10.0", "27.0.0"])("Node %s is accepted", (version) => {
  expect(runOn(version)).toMatchObject({ status: 0, stderr: "" });
});
