import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseYAML } from "confbox";
import { describe, expect, it } from "vitest";
import { checkConfig } from "../server/config/load.ts";
import { testSecret } from "./peers/doorward.ts";
import { createCertificate } from "./peers/tls.ts";

const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "doorward-readme-"));

function block(language: string): string {
  const [, text] = new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "s").exec(readme) ?? [];
  return text ?? "";
}

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const deploy = join(import.meta.dirname, "../deploy");

describe("the configurations in the README", () => {
  it("doorward accepts its YAML once the ellipses are filled in", () => {
    const parse = (text: string) => parseYAML<Record<string, unknown>>(text);
    const settings = parse(block("yaml"));
    const filledIn = parse(block("yaml").replaceAll("…", "filled-in"));

    const { url } = checkConfig("README.md", { ...filledIn, secret: testSecret }, {});

    expect(url).toBe("https://app.example.com/_auth");
    expect(() => checkConfig("README.md", settings, {})).toThrow(/^ {2}secret: /m);
    expect(() => checkConfig("README.md", settings, {})).toThrow(/google\.clientId: "…" is a /);
  });

  it("nginx accepts its server block with the snippets of deploy/", () => {
    createCertificate(join(folder, "tls"), ["app.example.com"]);
    const moved = (text: string) =>
      text.replaceAll("/etc/nginx/snippets", folder).replaceAll("/var/log/nginx", folder);
    for (const name of readdirSync(join(deploy, "nginx/snippets"))) {
      write(name, moved(readFileSync(join(deploy, "nginx/snippets", name), "utf8")));
    }
    const server = moved(block("nginx")).replaceAll(
      "/etc/ssl/app.example.com",
      join(folder, "tls"),
    );
    const main = `pid ${folder}/pid; error_log stderr; events {} http { access_log off; ${server} }`;
    const file = write("nginx.conf", main);

    const test = () =>
      execFileSync("nginx", ["-t", "-q", "-p", folder, "-c", file], { env: path(), stdio: "pipe" });

    expect(server).toContain("doorward-protect.conf");
    expect(test).not.toThrow();
  });

  it("Caddy accepts its Caddyfile with deploy/caddy/doorward.caddy", () => {
    copyFileSync(join(deploy, "caddy/doorward.caddy"), join(folder, "doorward.caddy"));
    const file = write("Caddyfile", block("caddyfile"));

    const adapted = execFileSync("caddy", ["adapt", "--adapter", "caddyfile", "--config", file], {
      stdio: "pipe",
    });

    expect(String(adapted)).toContain("/_auth/verify");
  });
});

function path(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
}
