import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { proxyNames } from "../../server/tools/proxy-files.ts";
import { block } from "../docs/blocks.ts";
import { doorwardFunction, runShell } from "../docs/shell.ts";
import { testSecret } from "../peers/doorward.ts";
import { pathOf, without } from "../peers/programs.ts";
import { createCertificate } from "../peers/tls.ts";
import { deployFolder } from "./example.ts";

const folder = mkdtempSync(join(tmpdir(), "doorward-readmes-"));
const environment = {
  DOORWARD_SECRET: testSecret,
  DOORWARD_PROVIDERS_COMPANY_CLIENT_SECRET: "only an example",
};

beforeAll(() => {
  copyFileSync(join(deployFolder, "doorward.yaml"), join(folder, "doorward.yaml"));
  mkdirSync(join(folder, "tls"));
  createCertificate(join(folder, "tls/example.com"), ["example.com"]);
  // HAProxy looks for the key in the certificate's own name.
  copyFileSync(join(folder, "tls/example.com.key"), join(folder, "tls/example.com.pem.key"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The files in a folder and below it. */
function filesIn(path: string): Map<string, string> {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((one) => join(one.parentPath, one.name));
  return new Map(files.map((file) => [file.slice(path.length + 1), readFileSync(file, "utf8")]));
}

describe("the command of the README that writes the files of deploy/", () => {
  it.each(proxyNames)("writes those of %s", async (proxy) => {
    const written = block(
      `deploy/${proxy}/README.md`,
      "inline",
      `doorward config ${proxy} --write DIR`,
    );
    await runShell(written.replace("DIR", proxy), {
      cwd: folder,
      setUp: doorwardFunction,
      environment,
    });

    const shipped = filesIn(join(deployFolder, proxy));
    shipped.delete("README.md");
    shipped.delete("compose.yaml");
    expect(filesIn(join(folder, proxy))).toEqual(shipped);
  });
});

/** Copies the files of a proxy to where its README has them, which is a folder of the test, and changes their paths. */
function place(proxy: string): string {
  const own = mkdtempSync(join(folder, `${proxy}-`));
  cpSync(join(deployFolder, proxy), own, { recursive: true });
  for (const [name, text] of filesIn(own)) {
    const moved = text
      .replaceAll(/\/etc\/\w+\/(?=tls\/)/g, `${folder}/`)
      .replaceAll("/var/log/nginx/", `${own}/`)
      .replaceAll(new RegExp(`/etc/${proxy}/`, "g"), `${own}/`)
      // `nginx -t` binds the ports: use an address that no other test uses.
      .replaceAll(/\blisten (\d)/g, "listen 127.77.0.2:$1");
    writeFileSync(join(own, name), moved);
  }
  return own;
}

describe("the command of the README that checks the files", () => {
  const nginxMain =
    "pid nginx.pid; error_log stderr; events {} http { access_log off; include doorward.conf; }";

  it.each(
    [
      {
        command: block("deploy/nginx/README.md", "inline", "nginx -t"),
        proxy: "nginx",
        setUp: `echo '${nginxMain}' > nginx.conf; nginx() { command nginx -p . -c nginx.conf "$@"; }`,
        wrong: "doorward.conf",
      },
      {
        command: block("deploy/haproxy/README.md", "inline", "haproxy -c"),
        proxy: "haproxy",
        setUp: "",
        wrong: "haproxy.cfg",
      },
      {
        command: block("deploy/caddy/README.md", "inline", "caddy validate"),
        proxy: "caddy",
        setUp: "",
        wrong: "Caddyfile",
      },
      {
        command: block("deploy/envoy/README.md", "inline", "envoy --mode validate"),
        proxy: "envoy",
        setUp: `envoy() { "${pathOf("envoy")}" "$@"; }`,
        wrong: "envoy.yaml",
      },
    ].filter(({ proxy }) => proxy !== "envoy" || !without.has("envoy")),
  )("accepts them, and refuses wrong ones: $command", async ({ command, proxy, setUp, wrong }) => {
    const cwd = place(proxy);
    const run = () => runShell(command.replace(`/etc/${proxy}/`, ""), { cwd, setUp });

    await run();
    writeFileSync(join(cwd, wrong), "no such directive {\n");

    await expect(run()).rejects.toThrow("the commands exited with");
  });
});
