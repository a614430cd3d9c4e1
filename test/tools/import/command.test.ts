import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../../../docs/source-files.ts";
import { runDoorward } from "../../peers/process.ts";
import { least } from "./importing.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doorward-import-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, lines: readonly string[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, lines.join("\n"));
  return path;
}

describe("doorward import", () => {
  it("prints the file to stdout and the notes to stderr", async () => {
    await file("emails.txt", ["bob@example.org"]);
    const path = await file("oauth2-proxy.cfg", [
      ...least,
      'authenticated_emails_file = "emails.txt"',
    ]);

    const { code, stdout, stderr } = await runDoorward(["import", "oauth2-proxy", path]);

    expect(code).toBe(0);
    expect(stdout).toContain("url: https://auth.example.com/oauth2\n");
    expect(stdout).toContain("bob@example.org"); // found next to the imported file, not in the working directory
    expect(stderr).toContain("sessions: sessions of oauth2-proxy are not imported");
    expect(stderr).not.toContain("the door's own secret");
  });

  it("reads vouch-proxy's config.yml together with a file of its variables", async () => {
    const config = await file("config.yml", [
      "vouch:",
      "  domains: [example.com]",
      "  whiteList: [ada@example.com]",
      "oauth:",
      "  provider: google",
      "  client_id: door",
      "  callback_url: https://vouch.example.com/auth",
    ]);
    const variables = await file("vouch.env", ["OAUTH_CLIENT_SECRET=the secret of vouch"]);

    const { code, stdout, stderr } = await runDoorward([
      "import",
      "vouch-proxy",
      config,
      variables,
    ]);

    expect(code).toBe(0);
    expect(stdout).toContain("url: https://vouch.example.com\n");
    expect(stdout).toContain("ada@example.com");
    expect(stdout).not.toContain("domains:");
    expect(stderr).toContain("vouch.domains: does not decide who has access");
    expect(stderr).not.toContain("the secret of vouch");
  });

  it("reads stdin, .env beside a compose file, and the service of --service", async () => {
    const cli = join(root, "server/cli/doorward.js");
    const compose = [
      "services:",
      "  other: { image: oauth2-proxy }",
      "  gate:",
      "    image: oauth2-proxy",
      "    env_file: [gate.env]",
      "    environment: { OAUTH2_PROXY_EMAIL_DOMAINS: '${DOMAIN}' }",
    ];
    const variables = [
      "OAUTH2_PROXY_CLIENT_ID=door",
      "OAUTH2_PROXY_CLIENT_SECRET=s",
      "OAUTH2_PROXY_REDIRECT_URL=https://auth.example.com/oauth2/callback",
    ];
    await file(".env", ["DOMAIN=example.org"]);
    const files = [await file("compose.yaml", compose), await file("gate.env", variables)];

    const chosen = await runDoorward(["import", "oauth2-proxy", ...files, "--service=gate"]);
    const input = `oauth2-proxy --email-domain=example.net ${variables.map((line) => `--${line.replace("OAUTH2_PROXY_", "").replace("_", "-").toLowerCase()}`).join(" ")}`;
    const words = ["import", "oauth2-proxy", "-"];
    const piped = execFileSync(process.execPath, [cli, ...words], { input, stdio: "pipe" });

    expect(chosen.stdout).toContain("- example.org");
    expect(String(piped)).toContain("- example.net");
  });

  it("prints nothing to stdout if there is a problem", async () => {
    const path = await file("forward-auth.ini", ["domian = example.com"]);

    const { code, stdout, stderr } = await runDoorward(["import", "traefik-forward-auth", path]);

    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(`${path}:1: domian: is unknown: did you mean domain?`);
  });

  it.each([
    [
      ["import", "authelia", "x"],
      /"authelia" cannot be imported; available: oauth2-proxy, traefik-forward-auth, vouch-proxy/,
    ],
    [["import", "oauth2-proxy", "nowhere.cfg"], /nowhere.cfg cannot be read: .*ENOENT/],
    [["import", "oauth2-proxy", "x", "--force"], /unknown option "--force"; available: --service/],
  ])("rejects %j", async (words, message) => {
    const { code, stdout, stderr } = await runDoorward(words);

    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(message);
  });
});
