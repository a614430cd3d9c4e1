import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../../docs/source-files.ts";
import { navigation, send } from "../peers/browser.ts";
import { freePort } from "../peers/free-port.ts";
import { pathOf, without } from "../peers/programs.ts";
import { startProxy } from "../peers/proxy-process.ts";
import { createCertificate } from "../peers/tls.ts";
import { block } from "./blocks.ts";
import { configurationOf } from "./page-configuration.ts";
import { doorwardFunction, runShell, startShell } from "./shell.ts";

const page = "docs/quick-start.md";
const folder = mkdtempSync(join(tmpdir(), "doorward-quick-start-"));
beforeAll(() => writeConfiguration(folder));
afterAll(() => rmSync(folder, { recursive: true }));

function writeConfiguration(cwd: string): void {
  writeFileSync(join(cwd, "doorward.yaml"), configurationOf(page));
}

/** Starts doorward by the page's command, on a port that is free here. */
async function serve() {
  const port = await freePort();
  const setUp = doorwardFunction.replace("{ ", "{ exec "); // so that a signal reaches doorward
  const environment = { DOORWARD_LISTEN_PORT: String(port) };
  const child = startShell(block(page, "sh", "doorward serve"), {
    cwd: folder,
    setUp,
    environment,
  });
  const ended = once(child, "exit").then(([code]) => code);
  let stdout = "";
  child.stdout.on("data", (chunk) => (stdout += String(chunk)));
  while (!stdout.includes('"msg":"listening"') && child.exitCode === null)
    await Promise.race([once(child.stdout, "data"), ended]);
  return {
    port,
    stop() {
      child.kill("SIGTERM");
      return ended;
    },
  };
}

describe("the quick start", () => {
  it("installs the files of Caddy, which Caddy accepts", async () => {
    const etc = join(folder, "etc/caddy");
    mkdirSync(etc, { recursive: true });
    const setUp = `${doorwardFunction}\nsystemctl() { echo "systemctl $*"; }`;
    const commands = block(page, "sh", "doorward config caddy").replaceAll("/etc/caddy", etc);

    const printed = await runShell(commands, { cwd: folder, setUp });

    expect(readdirSync(etc)).toEqual(["Caddyfile", "doorward.caddy"]);
    expect(printed).toContain("systemctl reload caddy");
  });

  it.skipIf(without.has("traefik"))("leads visitors through Traefik to the sign-in", async () => {
    const doorward = await serve();
    const traefik = await startTraefikByCommands(doorward.port);
    const ports = new Map([["app.example.com:443", traefik.https]]);

    const { status, headers } = await send("https://app.example.com/page", ports, {
      headers: navigation,
    });
    await traefik.stop();
    const code = await doorward.stop();

    expect(status).toBe(302);
    expect(headers.location).toBe(
      "https://app.example.com/_auth/start?rd=https%3A%2F%2Fapp.example.com%2Fpage",
    );
    expect(code).toBe(0);
  });

  it("has a shell function that runs doorward from the checkout", async () => {
    const [install = "", setUp = ""] = block(page, "sh", "npm ci #").split("\n");

    const environment = { HOME: folder }; // npm writes there

    const printed = await runShell("doorward secret", { cwd: root, setUp, environment });

    expect(install).toMatch(/^npm ci #/);
    expect(printed).toMatch(/^[\w-]{43}\n$/);
  });

  it("explains the access of the example", async () => {
    const printed = await runShell(block(page, "inline", "doorward explain"), { cwd: folder });

    expect(printed).toMatch(/^allow by access/m);
  });
});

/** The page's commands, with another folder for /etc and free ports; the changes of the lines marked CHANGE follow. */
function startTraefikByCommands(doorwardPort: number) {
  const hosts = ["app.example.com"];
  const wiring = { files: new Map(), doorwardPort, appPort: 9, hosts };
  return startProxy(wiring, async (cwd, { http, https }) => {
    const etc = join(cwd, "etc");
    mkdirSync(etc);
    writeConfiguration(cwd);
    const setUp = `${doorwardFunction}\ntraefik() { echo "$*"; }`;
    const commands = block(page, "sh", "doorward config traefik");
    const printed = await runShell(commands.replaceAll("/etc/traefik", etc), { cwd, setUp });
    relocate(etc, {
      '":80"': `"127.0.0.1:${http}"`,
      '":443"': `"127.0.0.1:${https}"`,
      "127.0.0.1:4180": `127.0.0.1:${doorwardPort}`,
      "/etc/traefik": etc,
    });
    const certificate = join(cwd, "certificate");
    createCertificate(certificate, hosts);
    const tls = `tls:\n  certificates:\n    - { certFile: ${certificate}.pem, keyFile: ${certificate}.key }\n`;
    writeFileSync(join(etc, "dynamic/tls.yaml"), tls);
    const words = printed.trim().split("\n").at(-1) ?? "";
    return { program: pathOf("traefik"), args: words.split(" ") };
  });
}

function relocate(etc: string, changes: Readonly<Record<string, string>>): void {
  for (const entry of readdirSync(etc, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    let text = readFileSync(file, "utf8");
    for (const [printed, ours] of Object.entries(changes)) text = text.replaceAll(printed, ours);
    writeFileSync(file, text);
  }
}
