import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseYAML } from "confbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { settingsFor } from "../peers/process.ts";
import { block, blocksOf } from "./blocks.ts";
import { doorwardFunction, runShell, startShell } from "./shell.ts";
import { text } from "node:stream/consumers";
import { once } from "node:events";

const page = "docs/policy-tests.md";
const cases = block(page, "yaml", "cases:");
let folder: string;

/** The configuration of the example, as docs/rules.md has it. */
function configuration(more: readonly object[] = []): string {
  const [yaml = ""] = blocksOf("docs/rules.md", "yaml");
  const own = parseYAML<{ rules: object[] }>(yaml);
  const { secret: _, providers, ...base } = settingsFor(4180);
  const { company } = providers as { company: object };
  return JSON.stringify({
    ...base,
    providers: { company: { ...company, clientSecret: undefined } },
    url: "https://auth.example.com",
    cookie: { domain: "example.com" },
    ...own,
    rules: [...own.rules, ...more],
  });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "doorward-policy-"));
  writeFileSync(join(folder, "doorward.yaml"), configuration());
  const wiki = { host: "wiki.example.com", allow: { groups: ["ops"] } };
  writeFileSync(join(folder, "new.yaml"), configuration([wiki]));
  writeFileSync(join(folder, "cases.yaml"), cases);
  writeFileSync(
    join(folder, "nginx.conf"),
    "server { server_name app.example.com x.example.com; }",
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

const environment = {
  DOORWARD_SECRET: "4Jw9mR2yTq7fXc0vLk5sHd8bNe1uZa3gPi6oWxYrUtE",
  DOORWARD_PROVIDERS_COMPANY_CLIENT_SECRET: "unused",
};

/** Runs commands that may fail. */
async function run(commands: string, own: Readonly<Record<string, string>> = environment) {
  const child = startShell(commands, { cwd: folder, environment: own });
  const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, "close")]);
  return { stdout, code };
}

describe("docs/policy-tests.md", () => {
  it("has cases that all come out as expected", async () => {
    const { stdout, code } = await run(block(page, "sh", "doorward test cases.yaml --config"));

    expect({ stdout, code }).toEqual({ stdout: "7 cases, all as expected\n", code: 0 });
  });

  it("shows the output for a case that does not", async () => {
    const wrong = cases.replace("deny, rule: rules.2", "allow, rule: rules.2");
    writeFileSync(join(folder, "cases.yaml"), wrong);
    const { stdout, code } = await run(block(page, "sh", "doorward test cases.yaml --config"));
    writeFileSync(join(folder, "cases.yaml"), cases);

    expect(code).toBe(1);
    expect(stdout).toContain(block(page, "text", "FAIL"));
  });

  it("has a command that names the rules and hosts without a case", async () => {
    const { stdout, code } = await run(
      block(page, "sh", "doorward test cases.yaml --coverage --proxy"),
    );

    expect(code).toBe(1);
    expect(stdout).toContain("UNTESTED rules.0 decides no case (host status.example.com)");
    expect(stdout).toContain("UNTESTED x.example.com (nginx.conf:1): no rule names this host");
    expect(stdout).not.toContain("app.example.com");
  });

  it("shows the output for a rule that is added", async () => {
    const { stdout, code } = await run(block(page, "sh", "doorward diff doorward.yaml new.yaml"));

    expect(code).toBe(1);
    expect(stdout).toContain(block(page, "text", "OPENED"));
  });

  it("has commands that compare with the main branch", async () => {
    const { code } = await run(
      `${repository}\n${block(page, "sh", "git show origin/main:doorward.yaml")}`,
    );

    expect(code).toBe(0);
  });

  it("has commands for a CI job without secrets", async () => {
    const commands = block(page, "sh", "doorward secret");

    const { stdout, code } = await run(commands, {});

    expect(code).toBe(1); // the example does not cover every rule
    expect(stdout).toContain("7 cases, all as expected");
    expect(stdout).toContain("UNTESTED rules.0");
  });

  it("has a job of GitHub Actions that fails for a rule without a case, and not for a difference", async () => {
    const job = parseYAML<{ jobs: { rules: { steps: { run?: string }[] } } }>(
      block(page, "yaml", "name: rules"),
    );
    const [commands = ""] = job.jobs.rules.steps.flatMap((step) => step.run ?? []);
    const covered = commands.replace(" --coverage", "");
    const own = { GITHUB_BASE_REF: "main" };

    const failed = await run(`${repository}\n${commands}`, own);
    const printed = await runShell(`${repository}\ncp new.yaml doorward.yaml\n${covered}`, {
      cwd: folder,
      environment: own,
      setUp: doorwardFunction,
    });

    expect(failed.code).toBe(1);
    expect(printed).toContain("OPENED deny -> allow");
  });
});

/** A clone whose main branch has the configuration. */
const repository = `
git init --quiet .
git add doorward.yaml
git -c user.name=x -c user.email=x@example.com commit --quiet --allow-empty --message x
git update-ref refs/remotes/origin/main HEAD
`;
