import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { root } from "../../docs/source-files.ts";

const { version } = manifest;
const files = [
  "package.json",
  "package-lock.json",
  "Dockerfile",
  "deploy/helm/doorward/Chart.yaml",
  "release",
];
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "doorward-release-"));
  for (const file of files) cpSync(join(root, file), join(folder, file), { recursive: true });
  // Between two releases, the repository's own begins with changes that are not released.
  writeFileSync(join(folder, "CHANGELOG.md"), `# Changelog\n\n${section}2026-11-29\n`);
  git("init", "--quiet");
  commit();
});
beforeEach(() => {
  git("reset", "--quiet", "--hard");
  git("clean", "--quiet", "--force", "-d");
  for (const tag of git("tag").split("\n").filter(Boolean)) git("tag", "--delete", tag);
});
afterAll(() => rmSync(folder, { recursive: true }));

function git(...words: readonly string[]): string {
  const author = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
  const given = [...author, "-c", "commit.gpgsign=false", ...words];
  return execFileSync("git", given, { cwd: folder, encoding: "utf8" });
}

function commit(): void {
  git("add", "--all");
  git("commit", "--quiet", "--message", "A release");
}

/** Runs the check on a commit that differs from HEAD by one text, and takes the commit back. */
function releaseWith(file: string, from: string, to: string) {
  const path = join(folder, file);
  const before = readFileSync(path, "utf8");
  if (!before.includes(from)) throw new Error(`${file} does not contain ${from}`);
  writeFileSync(
    path,
    before.replace(from, () => to),
  );
  commit();
  const run = release("--dry");
  git("reset", "--quiet", "--hard", "HEAD~1");
  return run;
}

function release(...words: readonly string[]) {
  const given = [join(folder, "release/release.ts"), ...words];
  const { status, stdout, stderr } = spawnSync(process.execPath, given, { encoding: "utf8" });
  return { status, stdout, stderr };
}

/** The line of a file's first line that contains a text. */
function lineOf(file: string, text: string): number {
  const lines = readFileSync(join(root, file), "utf8").split("\n");
  return lines.findIndex((line) => line.includes(text)) + 1;
}

const chart = "deploy/helm/doorward/Chart.yaml";
const lock = "package-lock.json";
const fix = `set ${version}, the version of package.json`;
const section = `## ${version} - `;
const write = `write "${section}YYYY-MM-DD" with the day of the release`;

describe("npm run release -- --dry", () => {
  it("accepts this checkout's files, and changes nothing", () => {
    const { status, stdout, stderr } = release("--dry");

    expect([status, stdout, stderr]).toEqual([0, `ready for the release of ${version}\n`, ""]);
    expect(git("status", "--porcelain")).toBe("");
    expect(git("tag")).toBe("");
  });

  it.each<[string, string, string, string]>([
    [
      lock,
      `"version": "${version}"`,
      '"version": "9.9.9"',
      `${lock}:3: version is "9.9.9": ${fix}`,
    ],
    [
      lock,
      `      "version": "${version}"`,
      '      "version": "9.9.9"',
      `${lock}:9: packages[""].version is "9.9.9": ${fix}`,
    ],
    [
      chart,
      `\nversion: ${version}`,
      "\nversion: 9.9.9",
      `${chart}:${lineOf(chart, "version: ")}: version is "9.9.9": ${fix}`,
    ],
    [
      chart,
      `appVersion: "${version}"`,
      'appVersion: "9.9.9"',
      `${chart}:${lineOf(chart, "appVersion:")}: appVersion is "9.9.9": ${fix}`,
    ],
    [chart, `appVersion: "${version}"`, "", `${chart}: appVersion is missing: ${fix}`],
    [
      "Dockerfile",
      `ARG VERSION=${version}`,
      "ARG VERSION=9.9.9",
      `Dockerfile:${lineOf("Dockerfile", "ARG VERSION")}: ARG VERSION is "9.9.9": ${fix}`,
    ],
    [
      "CHANGELOG.md",
      section,
      "## Unreleased\n\n- A change.\n\n## 0.9.0 - ",
      `CHANGELOG.md:3: the first section is "Unreleased", not "${version}": ${write}`,
    ],
    [
      "CHANGELOG.md",
      section,
      `## ${version} of `,
      `CHANGELOG.md: the first section is "", not "${version}": ${write}`,
    ],
    [
      "CHANGELOG.md",
      section,
      `${section}13-`,
      `CHANGELOG.md:3: the section of ${version} has no date: ${write}`,
    ],
    [
      "CHANGELOG.md",
      `${section}2026-11-29`,
      `${section}2026-02-30`,
      `CHANGELOG.md:3: the section of ${version} has no date: ${write}`,
    ],
    [
      "package.json",
      `"version": "${version}"`,
      '"version": "next"',
      'package.json:3: version is "next": set a version such as 1.2.3 or 1.2.3-rc.1',
    ],
  ])("names the place in %s: %s -> %s", (file, from, to, fault) => {
    const { status, stdout, stderr } = releaseWith(file, from, to);

    expect(stderr).toBe(`${fault}\nnot ready for a release: 1 to change\n`);
    expect([status, stdout]).toEqual([1, ""]);
  });

  it("names every place of another version at once", () => {
    const from = `"version": "${version}"`;

    const { stderr } = releaseWith("package.json", from, '"version": "9.9.9"');

    const places = stderr.split("\n").map((line) => line.replace(/:? .*/, ""));
    const inChart = ["version: ", "appVersion:"].map((text) => `${chart}:${lineOf(chart, text)}`);
    const arg = `Dockerfile:${lineOf("Dockerfile", "ARG VERSION")}`;
    expect(places).toEqual([
      `${lock}:3`,
      `${lock}:9`,
      ...inChart,
      arg,
      "CHANGELOG.md:3",
      "not",
      "",
    ]);
  });

  it("names changes that are not committed", () => {
    writeFileSync(join(folder, "new.txt"), "");
    writeFileSync(join(folder, "Dockerfile"), `\n${readFileSync(join(folder, "Dockerfile"))}`);

    const { status, stderr } = release("--dry");

    expect(status).toBe(1);
    expect(stderr).toContain("Dockerfile: is not committed: commit or remove the change\n");
    expect(stderr).toContain("new.txt: is not committed: commit or remove the change\n");
  });

  it("names a tag of HEAD that is of another version, and accepts the right one", () => {
    git("tag", "v9.9.9");
    git("tag", "unrelated");
    const wrong = release("--dry");
    git("tag", "--delete", "v9.9.9");
    git("tag", `v${version}`);
    const right = release("--dry");

    expect(wrong.stderr).toBe(
      `tag v9.9.9: HEAD has this tag, but package.json has ${version}: git tag --delete v9.9.9, or change the version\nnot ready for a release: 1 to change\n`,
    );
    expect([wrong.status, right.status]).toEqual([1, 0]);
  });
});

describe("npm run release", () => {
  it("prints the commands that begin the release, and runs none of them", () => {
    const first = release();
    expect(git("tag")).toBe("");
    git("tag", `v${version}`);
    const tagged = release();

    const tag = `git tag --annotate v${version} --message "doorward ${version}"\n`;
    const push = `git push origin v${version}\n`;
    expect(first.stdout).toBe(`ready for the release of ${version}\n${tag}${push}`);
    expect(tagged.stdout).toBe(`ready for the release of ${version}\n${push}`);
  });
});
