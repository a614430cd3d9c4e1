import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Config } from "../../../server/config/schema.ts";
import { proxyFiles } from "../../../server/tools/proxy-files.ts";
import { createCertificate } from "../../peers/tls.ts";
import { oddConfigs } from "./odd-configs.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "doorward-printed-"));
  mkdirSync(join(folder, "tls"));
  createCertificate(join(folder, "tls/example.com"), ["example.com"]);
  // HAProxy looks for the key in the certificate's own name.
  copyFileSync(join(folder, "tls/example.com.key"), join(folder, "tls/example.com.pem.key"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes the files of a proxy, with their paths moved into the test's folder. */
function write(proxy: string, index: number): string {
  const own = join(folder, `${proxy}-${index}`);
  for (const [name, text] of proxyFiles(oddConfigs[index] as Config, proxy).files) {
    mkdirSync(dirname(join(own, name)), { recursive: true });
    const moved = text
      .replaceAll("/etc/nginx/snippets/", join(own, "snippets/"))
      .replaceAll("/var/log/nginx/", `${own}/`)
      .replaceAll(/\/etc\/(nginx|haproxy)\/tls\//g, join(folder, "tls/"))
      .replaceAll("/etc/haproxy/", `${own}/`)
      // `nginx -t` binds the ports: use an address that no other test uses.
      .replace(/\blisten (\d)/g, "listen 127.77.0.1:$1");
    writeFileSync(join(own, name), moved);
  }
  return own;
}

/** The program's error for a file that it rejects; empty if it accepts the file. */
function errorOf(program: string, ...words: string[]): string {
  try {
    execFileSync(program, words, {
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin`, HOME: folder },
      stdio: "pipe",
    });
    return "";
  } catch (error) {
    return String(error);
  }
}

describe.each(oddConfigs.map((_, index) => index))(
  "the files printed for odd configuration %i",
  (index) => {
    it("are accepted by nginx", () => {
      const own = write("nginx", index);
      const main = join(own, "nginx.conf");
      writeFileSync(
        main,
        `pid ${own}/pid; error_log stderr; events {} http { access_log off; include ${own}/doorward.conf; }`,
      );

      expect(errorOf("nginx", "-t", "-q", "-p", own, "-c", main)).toBe("");
    });

    it("are accepted by HAProxy", () => {
      const file = join(write("haproxy", index), "haproxy.cfg");

      expect(errorOf("haproxy", "-c", "-q", "-f", file)).toBe("");
    });

    it("are accepted by Caddy", () => {
      const file = join(write("caddy", index), "Caddyfile");

      expect(errorOf("caddy", "validate", "--adapter", "caddyfile", "--config", file)).toBe("");
    });
  },
);
