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
import { slug } from "../docs/site/slug.ts";
import { root, trackedFiles } from "../docs/source-files.ts";
import { checkConfig } from "../server/config/load.ts";
import { block, blocksOf } from "./docs/blocks.ts";
import { configurationOf } from "./docs/page-configuration.ts";
import { runShell } from "./docs/shell.ts";
import { send } from "./peers/browser.ts";
import { testSecret } from "./peers/doorward.ts";
import { freePort } from "./peers/free-port.ts";
import { createCertificate } from "./peers/tls.ts";
import { until } from "./peers/until.ts";

const readme = readFileSync(join(root, "README.md"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "doorward-readme-"));

afterAll(() => rmSync(folder, { recursive: true }));

describe("the first steps", () => {
  it("fit into a short README", () => {
    expect(readme.split("\n").length).toBeLessThan(150);
  });

  it("have a configuration that doorward accepts once the ellipses are filled in", () => {
    const [yaml = ""] = blocksOf("README.md", "yaml");
    const settings = parseYAML<Record<string, unknown>>(yaml);
    const filledIn = parseYAML<Record<string, unknown>>(yaml.replaceAll("…", "filled-in"));

    const { url } = checkConfig("README.md", { ...filledIn, secret: testSecret }, {});

    expect(url).toBe("https://app.example.com/_auth");
    expect(() => checkConfig("README.md", settings, {})).toThrow(/^ {2}secret: /m);
    expect(() => checkConfig("README.md", settings, {})).toThrow(/google\.clientId: "…" is a /);
  });

  it.each([
    ["README.md", block("README.md", "sh", "doorward config nginx")],
    ["docs/quick-start.md", block("docs/quick-start.md", "sh", "doorward config nginx")],
  ])("%s has commands after which Debian's nginx serves it", async (page, commands) => {
    const etc = await installByCommands(page, commands);
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

describe("the list of the manual", () => {
  const [, list = ""] = readme.split("## The manual\n");

  it("has one group of links a bullet, and nothing else", () => {
    const groups = list.trim().split(/^- /m).slice(1);
    const link = String.raw`\[[^\]]+\]\([^)]+\)`;
    const group = new RegExp(`^\\*\\*[A-Z][a-z ]+\\*\\*: ${link}(,\\s+${link})*\\s*$`);

    expect(groups.length).toBeGreaterThan(4);
    expect(groups.filter((text) => !group.test(text))).toEqual([]);
  });
});

/** Runs a page's commands on a copy of /etc/nginx. nginx's own check follows, after the changes that the page asks for. */
async function installByCommands(page: string, commands: string): Promise<string> {
  const etc = mkdtempSync(join(folder, "etc-nginx-"));
  cpSync("/etc/nginx", etc, { recursive: true, verbatimSymlinks: true });
  const cwd = mkdtempSync(join(folder, "commands-"));
  writeFileSync(join(cwd, "doorward.yaml"), configurationOf(page));
  const [copies = "", ...checks] = commands.split("nginx -t && systemctl reload nginx");
  if (checks.length !== 1) throw new Error(`${page} does not check and reload nginx`);
  await runShell(copies.replaceAll("/etc/nginx", etc), { cwd });
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

describe("every link between the documents", () => {
  const links = trackedFiles()
    .filter((file) => file.endsWith(".md"))
    .flatMap((file) => {
      const text = readFileSync(join(root, file), "utf8");
      const found = text.matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)/g);
      return Array.from(found, ([, target = "", anchor]) => {
        const path = target === "" ? join(root, file) : join(root, dirname(file), target);
        return { file, target, path, anchor };
      });
    });

  it("leads to a file", () => {
    expect(links.length).toBeGreaterThan(100);
    expect(links.filter(({ path }) => !existsSync(path))).toEqual([]);
  });

  it("leads to a heading, if it names one", () => {
    const named = links.filter(({ path, anchor }) => anchor !== undefined && path.endsWith(".md"));

    const broken = named.filter(({ path, anchor = "" }) => !anchorsIn(path).includes(anchor));

    expect(named.length).toBeGreaterThan(20);
    expect(broken).toEqual([]);
  });
});

/** The anchors that GitHub gives to the headings of a page. */
function anchorsIn(path: string): string[] {
  const headings = readFileSync(path, "utf8").matchAll(/^#+ (.+)$/gm);
  return Array.from(headings, ([, heading = ""]) => slug(heading));
}
