import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../server/config/load.ts";
import { testSecret } from "../peers/doorward.ts";

const folder = mkdtempSync(join(tmpdir(), "doorward-indentation-"));

/** The lines about a file with these contents; none = it is valid. */
function faultsIn(text: string): string[] {
  const file = join(folder, "doorward.yaml");
  writeFileSync(file, text);
  try {
    loadConfig({ file, environment: {} });
    return [];
  } catch (error) {
    return String(error).split("\n").slice(1);
  }
}

const head = `url: https://auth.example.com\nsecret: ${testSecret}\n`;
const access = "access: { anyone: true }\n";
const providers = "providers: { google: { clientId: door } }\n";

describe("a key that stands beside the key that it belongs under", () => {
  it.each([
    [
      "a provider",
      `${head}${access}providers:\ngoogle:\n  clientId: door\n`,
      "  providers: google is not indented under it: add spaces in front (line 5)",
    ],
    [
      "the settings of a provider",
      `${head}${access}providers:\n  google:\n  clientId: door\n  clientSecret: s\n`,
      "  providers.google: clientId, clientSecret are not indented under it: add spaces in front (line 6)",
    ],
    [
      "a setting of a group, after the same word elsewhere",
      `# domain: of the cookie\n${head}${access}${providers}cookie:\ndomain: example.com\n`,
      "  cookie: domain is not indented under it: add spaces in front (line 7)",
    ],
    [
      "a setting of a rule",
      `${head}${access}${providers}rules:\n- host: app.example.com\n  allow: public\n  bearer:\n  idTokens: true\n`,
      "  rules.0.bearer: idTokens is not indented under it: add spaces in front (line 9)",
    ],
  ])("is the only fault, with its line: %s", (_, text, line) => {
    expect(faultsIn(text)).toEqual([line]);
  });

  it("is found after a list too", () => {
    const text = `${head}${access}${providers}rules:\n- host: app.example.com\nallow: public\n`;

    expect(faultsIn(text)).toContain(
      "  rules: allow is not indented under it: add spaces in front (line 7)",
    );
  });

  it.each([
    ["an unknown key", `${head}${access}${providers}cookie:\ncolour: red\n`, "colour: is unknown"],
    ["an empty group", `${head}${access}${providers}cookie:\n`, "cookie: null is not a mapping"],
  ])("is not what %s is", (_, text, fault) => {
    const faults = faultsIn(text);

    expect(faults.join()).toContain(fault);
    expect(faults.join()).not.toContain("indented");
  });
});
