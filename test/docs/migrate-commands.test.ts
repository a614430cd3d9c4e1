import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { loadConfig } from "../../server/config/load.ts";
import { testSecret } from "../peers/doorward.ts";
import { least } from "../tools/import/importing.ts";
import { block } from "./blocks.ts";
import { runShell } from "./shell.ts";

const folder = mkdtempSync(join(tmpdir(), "doorward-migrate-"));
afterAll(() => rmSync(folder, { recursive: true }));

it.each([
  {
    command: block("docs/migrate.md", "sh", "doorward import oauth2-proxy"),
    file: "oauth2-proxy.cfg",
    lines: least,
    url: "https://auth.example.com/oauth2",
  },
  {
    command: block("docs/migrate.md", "sh", "doorward import traefik-forward-auth"),
    file: "forward-auth.ini",
    lines: [
      "auth-host = auth.example.com",
      "cookie-domain = example.com",
      "domain = example.com",
      "secret = the secret of traefik-forward-auth",
      "providers.google.client-id = door",
      "providers.google.client-secret = the door's own secret",
    ],
    url: "https://auth.example.com/_oauth",
  },
  {
    command: block("docs/migrate.md", "sh", "doorward import vouch-proxy"),
    file: "config.yml",
    lines: [
      "vouch: { domains: [example.com] }",
      "oauth:",
      "  provider: google",
      "  client_id: door",
      "  client_secret: the door's own secret",
      "  callback_url: https://vouch.example.com/auth",
    ],
    url: "https://vouch.example.com",
  },
])(
  "$command writes a doorward.yaml that doorward accepts",
  async ({ command, file, lines, url }) => {
    writeFileSync(join(folder, file), lines.join("\n"));
    await runShell(command, { cwd: folder });

    const config = loadConfig({
      file: join(folder, "doorward.yaml"),
      environment: { DOORWARD_SECRET: testSecret },
    });

    expect(config.url).toBe(url);
  },
);
