import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterAll, describe, expect, it } from "vitest";
import { root, trackedFiles } from "../../docs/source-files.ts";
import { blocks } from "./blocks.ts";
import { npmCommandsIn } from "./npm-commands.ts";
import { runShell } from "./shell.ts";

const { scripts } = v.parse(
  v.object({ scripts: v.record(v.string(), v.string()) }),
  JSON.parse(readFileSync(join(root, "package.json"), "utf8")),
);
/** Commands of npm's own that the documents name, and that run no script. */
const ownCommands = new Set(["audit", "ci", "pack", "publish", "sbom"]);

const commands = blocks.flatMap(({ text }) => npmCommandsIn(text) ?? []);
const written = new Map(commands.map((command) => [command.words.join(" "), command]));

/** What a command names and the checkout does not have. */
function missingIn(line: string): string[] {
  const [program, name = "", ...more] = line.replace("npm run -s ", "npm run ").split(" ");
  if (program === "npx") {
    const paths = [`node_modules/.bin/${name}`, ...more.filter((word) => word.includes("/"))];
    return paths.filter((path) => !existsSync(join(root, path)));
  }
  const script = name === "run" ? (more[0] ?? "") : name;
  return ownCommands.has(script) || script in scripts ? [] : [`script ${script}`];
}

describe("the npm commands of the documents", () => {
  it.each([...written.keys()])("run a script or a file that exists: %s", (line) => {
    expect(missingIn(line)).toEqual([]);
  });

  it.each(["npm run tests", "npm starts", "npx vitest run test/fuzzy", "npx vitests run"])(
    "would be found to run what does not exist: %s",
    (line) => expect(missingIn(line)).toHaveLength(1),
  );

  it("set variables that the tests read", () => {
    const named = new Set(commands.flatMap(({ variables }) => variables));
    const code = trackedFiles()
      .filter((file) => /^test\/.*(?<!\.test)\.(ts|sh)$/.test(file))
      .map((file) => readFileSync(join(root, file), "utf8"))
      .join("\n");

    expect(named).toEqual(new Set(["DOORWARD_FUZZ_SEED", "DOORWARD_TEST_WITHOUT"]));
    for (const name of named)
      expect(code).toMatch(new RegExp(`(process\\.env\\.|\\$\\{)${name}\\b`));
  });

  const home = mkdtempSync(join(tmpdir(), "doorward-npm-"));
  afterAll(() => rmSync(home, { recursive: true }));
  /** npm writes to the home folder. */
  const inCheckout = { cwd: root, environment: { HOME: home } };

  it("run the bench with options that it has", async () => {
    const lines = [...written.keys()].filter((line) => /^npm run (-s )?bench -- /.test(line));
    const faults = await Promise.all(
      lines.map((line) =>
        runShell(`${line} --no-such-option`, inCheckout).catch((error: Error) => error.message),
      ),
    );

    expect(lines.length).toBeGreaterThan(1);
    // Options are read in their order: each one before this is known.
    for (const fault of faults) expect(fault).toContain("Unknown option '--no-such-option'");
  });

  it("run doorward from a checkout", async () => {
    const command = [...written.keys()].find((line) => line === "npm run -s doorward --");

    expect(await runShell(`${command} secret`, inCheckout)).toMatch(/^[\w-]{43}\n$/);
  });
});
