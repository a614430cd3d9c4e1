import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseYAML } from "confbox";
import { afterAll, describe, expect, it } from "vitest";
import { root, trackedFiles } from "../docs/source-files.ts";
import { checkConfig } from "../server/config/load.ts";
import { send } from "./peers/browser.ts";
import { testSecret } from "./peers/doorward.ts";
import { freePort } from "./peers/free-port.ts";
import { createCertificate } from "./peers/tls.ts";
import { until } from "./peers/until.ts";

const readme = readFileSync(join(root, "README.md"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "doorward-readme-"));
const [, yaml = ""] = /```yaml\n(.*?)```/s.exec(readme) ?? [];

afterAll(() => rmSync(folder, { recursive: true }));

describe("the README", () => {
  it("stays short", () => {
    expect(readme.split("\n").length).toBeLessThan(150);
  });

  it("has a configuration that doorward accepts once the ellipses are filled in", () => {
    const settings = parseYAML<Record<string, unknown>>(yaml);
    const filledIn = parseYAML<Record<string, unknown>>(yaml.replaceAll("…", "filled-in"));

    const { url } = checkConfig("README.md", { ...filledIn, secret: testSecret }, {});

    expect(url).toBe("https://app.example.com/_auth");
    expect(() => checkConfig("README.md", settings, {})).toThrow(/^ {2}secret: /m);
    expect(() => checkConfig("README.md", settings, {})).toThrow(/google\.clientId: "…" is a /);
  });

  it("has commands after which Debian's nginx, as installed, serves the configuration", async () => {
    const etc = installByCommands();
    const ports = { http: await freePort(), https: await freePort() };
    relocate(etc, ports);
    const words = ["-c", join(etc, "nginx.conf"), "-g", "daemon off;"];
    const options = { env: { PATH: `${process.env.PATH}:/usr/sbin` }, stdio: "pipe" } as const;
    execFileSync("nginx", ["-t", "-q", ...words], options);
    const nginx = spawn("nginx", words, options);
    const ask = () =>
      send("http://app.example.com/page", new Map([["app.example.com:80", ports.http]]), {});
    await until(() => ask().then(Boolean, () => false));

    const { status, headers } = await ask();
    nginx.kill();
    await once(nginx, "exit");

    expect(status).toBe(308);
    expect(headers.location).toBe("https://app.example.com/page");
  });
});

/** Runs the README's commands on a copy of /etc/nginx, up to its own check of the result. */
function installByCommands(): string {
  const etc = join(folder, "etc-nginx");
  cpSync("/etc/nginx", etc, { recursive: true, verbatimSymlinks: true });
  const settings = yaml.replace("secret: …", `secret: ${testSecret}`).replaceAll("…", "filled-in");
  writeFileSync(join(folder, "doorward.yaml"), settings);
  const [, commands = ""] = /```sh\n(doorward config nginx.*?)nginx -t/s.exec(readme) ?? [];
  const cli = join(root, "server/cli/doorward.js");
  const doorward = `doorward() { ${process.execPath} ${cli} "$@"; }`;
  const script = `${doorward}\n${commands.replaceAll("/etc/nginx", etc)}`;
  execFileSync("bash", ["-euc", script], { cwd: folder, stdio: "pipe" });
  return etc;
}

/** The changes for a second nginx on this machine, and the certificate, which the commands say to change. */
function relocate(etc: string, { http, https }: { readonly http: number; readonly https: number }) {
  createCertificate(join(folder, "tls"), ["app.example.com"]);
  const files = readdirSync(etc, { recursive: true, withFileTypes: true });
  for (const { parentPath, name } of files.filter((file) => file.isFile())) {
    const file = join(parentPath, name);
    const text = readFileSync(file, "utf8")
      .replaceAll("/etc/nginx/tls/example.com", join(folder, "tls"))
      .replaceAll("/etc/nginx", etc)
      .replaceAll(/\/var\/log\/nginx|\/run(?=\/nginx\.pid)/g, folder)
      .replaceAll("listen 80", `listen 127.0.0.1:${http}`)
      .replaceAll("listen 443", `listen 127.0.0.1:${https}`);
    writeFileSync(file, text);
  }
}

it("every link between the documents leads to a file", () => {
  const links = trackedFiles()
    .filter((file) => file.endsWith(".md"))
    .flatMap((file) => {
      const text = readFileSync(join(root, file), "utf8");
      return Array.from(
        text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g),
        ([, target = ""]) => ({
          file,
          target,
        }),
      );
    });

  const broken = links.filter(({ file, target }) => !existsSync(join(root, dirname(file), target)));

  expect(links.length).toBeGreaterThan(100);
  expect(broken).toEqual([]);
});
