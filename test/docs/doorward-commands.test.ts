import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseYAML } from "confbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startHostileIssuer, type HostileIssuer } from "../peers/hostile-issuer.ts";
import { settingsFor, startProcess, type DoorwardProcess } from "../peers/process.ts";
import { block, blocks, blocksOf } from "./blocks.ts";
import { runShell } from "./shell.ts";

/** What stands for an operator's own words in the documents. */
const placeholders: Readonly<Record<string, string>> = {
  "--email ADDRESS": "--email ada@example.com",
  "--proxy ADDRESS": "--proxy 127.0.0.1",
  SUBJECT: "4711",
  URL: "https://app.example.com/",
};
/** Names of commands that need arguments, and the command that only ends with a signal (quick-start.test.ts runs it). */
const namesOnly = /^doorward (config|diff|explain|import|sessions revoke|serve|test)$/;
/** test/deploy/readme-commands.test.ts runs it for each proxy. */
const ofProxies = / --write DIR$/;

const commands = new Set(
  blocks
    .filter(({ language, text }) => language === "inline" && text.startsWith("doorward "))
    .map(({ text }) => text)
    .filter((text) => !namesOnly.test(text) && !ofProxies.test(text)),
);

let issuer: HostileIssuer;
let doorward: DoorwardProcess;
beforeAll(async () => {
  issuer = await startHostileIssuer();
  doorward = await startProcess((port) => ({
    ...settingsFor(port, issuer.issuer),
    storage: { driver: "fs-lite", base: "sessions" },
    assertion: {},
  }));
});
afterAll(async () => {
  await doorward.close();
  await issuer.close();
});

describe("a command of doorward in a sentence or a table", () => {
  it.each([...commands])("exits with 0 next to a running doorward: %s", async (text) => {
    let command = text;
    for (const [written, ours] of Object.entries(placeholders))
      command = command.replace(written, ours);
    const setting = command === "doorward secret" ? "" : ` --config "${doorward.file.path}"`;

    const run = runShell(command + setting, { cwd: doorward.file.folder });

    await expect(run).resolves.not.toContain("FAULT");
  });

  it("ends sessions by the commands of docs/sessions.md", async () => {
    const environment = { DOORWARD_CONFIG: doorward.file.path };
    const written = block("docs/sessions.md", "sh", "doorward sessions revoke");

    const printed = await runShell(written, { cwd: doorward.file.folder, environment });

    expect(printed.split("\n")).toEqual([
      expect.stringMatching(/^ended all sessions of 248289761001 at http:/),
      "ended all sessions",
      "",
    ]);
  });

  it("lists sessions, and ends one, by the commands of docs/who-is-signed-in.md", async () => {
    const environment = { DOORWARD_CONFIG: doorward.file.path };
    const options = { cwd: doorward.file.folder, environment };
    const [yaml = ""] = blocksOf("docs/who-is-signed-in.md", "yaml");
    const list = block("docs/who-is-signed-in.md", "sh", "doorward sessions list");
    const revoke = block("docs/who-is-signed-in.md", "sh", "doorward sessions revoke");

    const listed = await runShell(list, options);
    const ended = await runShell(`${revoke.trim()} 2>&1 || true`, options);

    expect(listed).toBe("no sessions\nno sessions\n");
    expect(ended).toContain("no session has the id 3f9c2a71d0be");
    expect(parseYAML(yaml)).toEqual({ session: { remember: true } });
  });

  it("explains the example of docs/rules.md as the page says", async () => {
    const folder = mkdtempSync(join(tmpdir(), "doorward-rules-"));
    const [yaml = ""] = blocksOf("docs/rules.md", "yaml");
    const { access: _, ...base } = settingsFor(4180);
    const site = { url: "https://auth.example.com", cookie: { domain: "example.com" } };
    const own = parseYAML<Record<string, unknown>>(yaml);
    writeFileSync(join(folder, "doorward.yaml"), JSON.stringify({ ...base, ...site, ...own }));

    const printed = await runShell(block("docs/rules.md", "inline", "doorward explain"), {
      cwd: folder,
    });
    rmSync(folder, { recursive: true });

    // The site, why the earlier rule does not match, and the rule that decides.
    expect(printed).toContain("https://auth.example.com");
    expect(printed).toMatch(/rules\.0\b/);
    expect(printed).toMatch(/^allow by rules\.1\b/m);
  });
});
