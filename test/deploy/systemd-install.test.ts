import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../../docs/source-files.ts";
import { block } from "../docs/blocks.ts";
import { runShell } from "../docs/shell.ts";
import { startHostileIssuer, type HostileIssuer } from "../peers/hostile-issuer.ts";
import { deployFolder } from "./example.ts";

const page = "deploy/systemd/README.md";
/** In place of the root of the machine. */
const machine = mkdtempSync(join(tmpdir(), "doorward-systemd-"));
const at = (path: string) => join(machine, path);
const moved = (text: string) => text.replaceAll(/\/(?=(?:etc|usr|var\/lib)\/)/g, `${machine}/`);
const systemctl = at("systemctl.log");
const setUp = `systemctl() { echo "$*" >> "${systemctl}"; }`;

let issuer: HostileIssuer;

/** The folder that has the executable and the files of deploy/systemd, with the lines edited that the commands name. */
function writeDownload(folder: string): void {
  cpSync(join(deployFolder, "systemd"), folder, { recursive: true });
  const example = join(folder, "doorward.yaml");
  const edited = readFileSync(example, "utf8").replace("https://id.example.com", issuer.issuer);
  writeFileSync(example, moved(edited));
  // In place of the executable, which test/executable/ builds.
  const cli = join(root, "server/cli/doorward.js");
  writeFileSync(join(folder, "doorward"), `#!/bin/sh\nexec "${process.execPath}" "${cli}" "$@"\n`);
}

function run(commands: string, input = ""): Promise<string> {
  const environment = { PATH: `${at("usr/local/bin")}:${process.env.PATH}` };
  return runShell(moved(commands), { cwd: at("download"), setUp, input, environment });
}

beforeAll(async () => {
  issuer = await startHostileIssuer();
  // A machine with systemd has these folders.
  for (const folder of ["usr/local/bin", "etc/systemd/system", "var/lib/doorward"])
    mkdirSync(at(folder), { recursive: true });
  writeDownload(at("download"));
  chmodSync(at("download"), 0o755);
  await run(block(page, "sh", "install doorward"), "the pasted secret of the client\n");
});
afterAll(async () => {
  await issuer.close();
  rmSync(machine, { recursive: true });
});

describe("the commands of deploy/systemd/README.md", () => {
  it("install files of which only root can read the secrets", () => {
    const modes = Object.fromEntries(
      [
        "usr/local/bin/doorward",
        "etc/doorward",
        "etc/doorward/doorward.yaml",
        "etc/doorward/secret",
        "etc/doorward/client-secret",
        "etc/systemd/system/doorward.service",
      ].map((path) => [path, (statSync(at(path)).mode & 0o777).toString(8)]),
    );

    expect(modes).toEqual({
      "usr/local/bin/doorward": "755",
      "etc/doorward": "755",
      "etc/doorward/doorward.yaml": "644",
      "etc/doorward/secret": "600",
      "etc/doorward/client-secret": "600",
      "etc/systemd/system/doorward.service": "644",
    });
    expect(readFileSync(at("etc/doorward/secret"), "utf8")).toMatch(/^[\w-]{43}\n$/);
    expect(readFileSync(at("etc/doorward/client-secret"), "utf8")).toMatch(/^the pasted secret/);
  });

  it("install every file that the unit names, and start it", () => {
    const unit = readFileSync(at("etc/systemd/system/doorward.service"), "utf8");
    const named = Array.from(
      unit.matchAll(/\/(?:etc\/doorward|usr\/local\/bin)\/[\w.-]+/g),
      ([path]) => path,
    );

    expect(named.length).toBeGreaterThan(4);
    expect(named.filter((path) => !statSync(at(path)).isFile())).toEqual([]);
    expect(readFileSync(systemctl, "utf8")).toBe(
      "daemon-reload\nenable --now doorward\nstatus doorward\n",
    );
  });

  it("write the configuration of nginx from the installed files", async () => {
    await run(block(page, "sh", "DOORWARD_SECRET_FILE"));

    const written = readFileSync(at("download/nginx/doorward.conf"), "utf8");
    expect(written).toContain("auth.example.com");
    expect(written).toContain("127.0.0.1:4180");
  });

  it("check the installation, and end all sessions", async () => {
    const printed = await run(block(page, "sh", "export DOORWARD_SECRET_FILE"));

    expect(printed).toContain(issuer.issuer);
    expect(printed).not.toContain("FAULT");
    expect(printed).toContain("ended all sessions");
    expect(printed).toMatch(/^ok {4}store fs-lite: works; in .*\/var\/lib\/doorward\/sessions;/m);
  });
});
