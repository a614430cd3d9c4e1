import { afterEach, describe, expect, it } from "vitest";
import { commandFirst, refuseUnknown } from "../../server/cli/arguments.ts";
import { freePort } from "../peers/free-port.ts";
import { runDoorward, settingsFor, writeConfig, type ConfigFile } from "../peers/process.ts";

const known = {
  url: { type: "positional" },
  config: { type: "string", valueHint: "FILE" },
  email: { type: "string" },
  all: { type: "boolean" },
} as const;

const available = "available: --config, --email, --all";

describe("refuseUnknown", () => {
  it.each([
    [[]],
    [["https://app.example.com", "--config", "a.yaml"]],
    [["--config=a.yaml", "https://app.example.com", "--all"]],
    [["--email=-x", "--config", ""]],
    [["--all", "--", "--odd"]],
  ])("accepts %j", (words) => {
    expect(() => refuseUnknown(words, known)).not.toThrow();
  });

  it.each([
    [["--conf", "x"], `unknown option "--conf"; ${available}`],
    [["--conf=x"], `unknown option "--conf"; ${available}`],
    [["-c", "x"], `unknown option "-c"; ${available}`],
    [["--no-config"], `unknown option "--no-config"; ${available}`],
    [["--Config", "x"], `unknown option "--Config"; ${available}`],
    [["--__proto__"], `unknown option "--__proto__"; ${available}`],
    [["--config"], 'option "--config" needs a value: write --config=FILE'],
    [["--config", "--all"], 'option "--config" needs a value: write --config=FILE'],
    [["--email"], 'option "--email" needs a value: write --email=VALUE'],
    [["--all=yes"], 'option "--all" takes no value'],
    [["a", "b"], `unexpected argument "b"; ${available}`],
  ])("rejects %j", (words, message) => {
    expect(() => refuseUnknown(words, known)).toThrow(new Error(message));
  });

  it("names no options where there are none, and may allow more words", () => {
    const file = { file: { type: "positional" } };

    expect(() => refuseUnknown(["a", "b", "c"], file, { more: true })).not.toThrow();
    expect(() => refuseUnknown(["a", "--b"], file, { more: true })).toThrow(
      'unknown option "--b"; this command has no options',
    );
  });
});

describe("commandFirst", () => {
  it.each([
    ["check --config a", "check --config a"],
    ["--config a check", "check --config a"],
    ["--config=a explain u --email b", "explain --config=a u --email b"],
    ["--config a", "--config a"],
    ["--config check", "--config check"],
    [
      "--provider=x sessions --all revoke --config a",
      "sessions revoke --provider=x --all --config a",
    ],
    ["-- check", "-- check"],
    ["--config a explain -- u", "explain --config a -- u"],
    ["", ""],
  ])("makes %j into %j", (given, expected) => {
    const words = (text: string) => text.split(" ").filter(Boolean);

    expect(commandFirst(words(given))).toEqual(words(expected));
  });
});

describe("the command line", () => {
  let file: ConfigFile | undefined;
  afterEach(() => file?.remove());

  it.each([
    ["before the command", (path: string) => ["--config", path, "explain", "https://x.example"]],
    ["after the command", (path: string) => ["explain", "--config", path, "https://x.example"]],
    ["at the end", (path: string) => ["explain", "https://x.example", `--config=${path}`]],
  ])("reads the file of --config %s", async (_, words) => {
    file = await writeConfig(settingsFor(await freePort()));

    const { code, stderr, stdout } = await runDoorward(words(file.path));

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("x.example");
  });

  it.each([
    [["--conifg=x"], 'doorward: unknown option "--conifg"; available: --config, --open\n'],
    [["serve", "--opne"], 'doorward: unknown option "--opne"; available: --config, --open\n'],
    [["check", "--config"], 'doorward: option "--config" needs a value: write --config=FILE\n'],
    [
      ["secret", "--length=9"],
      'doorward: unknown option "--length"; this command has no options\n',
    ],
    [
      ["import", "oauth2-proxy", "a", "b", "--config", "x"],
      'doorward: unknown option "--config"; available: --service\n',
    ],
    [
      ["sessions", "revoke", "--subjekt", "ada"],
      'doorward: unknown option "--subjekt"; available: --config, --subject, --provider, --id, --all\n',
    ],
  ])("%j ends with 1 before anything is read", async (words, stderr) => {
    expect(await runDoorward(words)).toEqual({ code: 1, stdout: "", stderr });
  });

  it("shows the usage of a command for --help, and exits with 0", async () => {
    const { code, stdout } = await runDoorward(["serve", "--help"]);

    expect(code).toBe(0);
    expect(stdout).toContain("--open");
  });
});
