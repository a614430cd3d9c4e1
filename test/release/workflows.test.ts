import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  convertWorkflowTemplate,
  NoOperationTraceWriter,
  parseWorkflow,
} from "@actions/workflow-parser";
import { parseYAML } from "confbox";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { root } from "../../docs/source-files.ts";

const folder = join(root, ".github/workflows");
const names = readdirSync(folder);

const step = v.object({ uses: v.optional(v.string()), run: v.optional(v.string()) });
const job = v.object({
  uses: v.optional(v.string()),
  container: v.optional(v.union([v.string(), v.object({ image: v.string() })])),
  permissions: v.optional(v.record(v.string(), v.picklist(["read", "write"]))),
  steps: v.optional(v.array(v.looseObject(step.entries)), []),
});
const workflow = v.object({
  permissions: v.record(v.string(), v.literal("read")),
  jobs: v.record(v.string(), job),
});

function read(name: string): string {
  return readFileSync(join(folder, name), "utf8");
}

function jobsOf(name: string) {
  return Object.entries(v.parse(workflow, parseYAML(read(name))).jobs);
}

function stepsOf(name: string) {
  return jobsOf(name).flatMap(([, { steps }]) => steps);
}

function runsOf(name: string): string[] {
  return stepsOf(name).flatMap(({ run }) => run ?? []);
}

/** What GitHub's own parser reports. */
async function faultsOf(content: string): Promise<string[]> {
  const { context, value } = parseWorkflow(
    { name: "a.yml", content },
    new NoOperationTraceWriter(),
  );
  const converted = value && (await convertWorkflowTemplate(context, value));
  const inParts = converted?.errors?.map(({ Message }) => Message) ?? [];
  return [...context.errors.getErrors().map(({ message }) => message), ...inParts];
}

describe.each(names)("the workflow %s", (name) => {
  it("is accepted by GitHub's parser", async () => {
    expect(await faultsOf(read(name))).toEqual([]);
  });

  it("runs only scripts of package.json", () => {
    const scripts = runsOf(name).flatMap((run) =>
      Array.from(run.matchAll(/\bnpm run (\w[\w:-]*)/g), ([, script = ""]) => script),
    );

    expect(scripts.length).toBeGreaterThan(0);
    expect(scripts.filter((script) => !Object.hasOwn(manifest.scripts, script))).toEqual([]);
  });

  it("pins each action by its commit, and names the version", () => {
    const actions = Array.from(read(name).matchAll(/\buses: (.*)$/gm), ([, action]) => action);
    const own = /^\.\/\.github\/workflows\/[\w-]+\.yml$/;
    const pinned = /^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;

    expect(actions.length).toBeGreaterThan(0);
    expect(actions.filter((action = "") => !own.test(action) && !pinned.test(action))).toEqual([]);
  });

  it("uses the Node with which the tests run", () => {
    const { node } = manifest.devDependencies;
    const images = jobsOf(name).flatMap(([, { container = [] }]) =>
      typeof container === "string" || Array.isArray(container) ? container : container.image,
    );
    const setUp = Array.from(read(name).matchAll(/node-version: (\S+)/g), ([, version]) => version);

    expect(images.length + setUp.length).toBeGreaterThan(0);
    expect(images.filter((image) => image !== `node:${node}-bookworm`)).toEqual([]);
    expect(setUp.filter((version) => version !== node)).toEqual([]);
  });

  it("uses no stored secret, and puts no expression into a command", () => {
    expect(read(name)).not.toContain("secrets.");
    expect(runsOf(name).filter((run) => run.includes("${{"))).toEqual([]);
  });
});

it("the parser detects an unknown key, a wrong permission, a missing job and a wrong expression", async () => {
  const good = `on: push
permissions: { contents: read }
jobs:
  first: { runs-on: ubuntu-24.04, steps: [{ run: "true" }] }
  second:
    needs: first
    runs-on: ubuntu-24.04
    steps:
      - env: { NAME: "\${{ github.ref_name }}" }
        run: "true"
`;

  const broken = [
    good.replace("runs-on:", "run-on:"),
    good.replace("contents: read", "contents: reed"),
    good.replace("needs: first", "needs: none"),
    good.replace("github.ref_name", "githib.ref_name"),
  ];

  const faults = await Promise.all(broken.map(faultsOf));

  expect(await faultsOf(good)).toEqual([]);
  expect(faults.map((found) => found.length > 0)).toEqual([true, true, true, true]);
});

describe("ci.yml", () => {
  it("runs the commands of the README, the tests of the executable, and the image", () => {
    const readme = readFileSync(join(root, "README.md"), "utf8");
    const runs = runsOf("ci.yml");

    const commands = Array.from(readme.matchAll(/^npm ci && (.*)$/gm), ([, command]) => command);
    expect(commands).toEqual(["npm run demo", "npm test"]);
    expect(runs).toEqual(
      expect.arrayContaining([
        "npm ci && npm run demo -- --check",
        "npm ci && npm test",
        "npm run test:executable",
        "docker build --tag doorward .",
      ]),
    );
  });

  it("may only read", () => {
    expect(read("ci.yml").match(/: write/g)).toBeNull();
  });
});

describe("release.yml", () => {
  it("checks the release and runs ci.yml before anything is published", () => {
    const jobs = v.parse(
      v.object({ jobs: v.record(v.string(), v.looseObject({ needs: v.optional(v.unknown()) })) }),
      parseYAML(read("release.yml")),
    ).jobs;
    const needsOf = (name: string) => [jobs[name]?.needs ?? []].flat().map(String);
    const before = (name: string): string[] =>
      needsOf(name).flatMap((one) => before(one).concat(one));

    const publishing = Object.keys(jobs).filter((name) => !["check", "ci"].includes(name));

    expect(runsOf("release.yml")[0]).toBe("npm run release -- --dry");
    expect(publishing).not.toEqual([]);
    const early = publishing.filter(
      (name) => !["check", "ci"].every((one) => before(name).includes(one)),
    );
    expect(early).toEqual([]);
  });

  it("gives the token for the package's provenance to one job", () => {
    const trusted = jobsOf("release.yml").filter(
      ([, { permissions }]) => permissions?.["id-token"] === "write",
    );

    expect(trusted.map(([name]) => name)).toEqual(["package"]);
    const runs = trusted.flatMap(([, { steps }]) => steps.map(({ run }) => run));
    expect(runs.at(-2)).toMatch(/^npm pkg set repository\.type=git "repository\.url=git\+\$/);
    expect(runs.at(-1)).toMatch(/^npm publish --provenance /);
  });
});
