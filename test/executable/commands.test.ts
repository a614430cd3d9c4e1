import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { root } from "../../docs/source-files.ts";
import { proxyNames } from "../../server/tools/proxy-files.ts";
import { runDoorward, settingsFor } from "../peers/process.ts";

// An empty PATH, in a folder without packages: nothing but the executable and these files.
let folder: string;
const written = {
  "doorward.json": JSON.stringify({
    ...settingsFor(4180),
    url: "https://auth.example.com",
    cookie: { domain: "example.com" },
    rules: [{ host: "app.example.com", path: "/admin/*", allow: { groups: ["admins"] } }],
  }),
  "public-suffix.json": JSON.stringify({
    ...settingsFor(4180),
    url: "https://auth.example.co.uk",
    cookie: { domain: "co.uk" },
  }),
  "mongodb.json": JSON.stringify({ ...settingsFor(4180), storage: { driver: "mongodb" } }),
  "oauth2-proxy.cfg": `provider = "oidc"
oidc_issuer_url = "https://id.example.com"
client_id = "door"
client_secret = "only an example of a secret"
cookie_secret = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
redirect_url = "https://auth.example.com/oauth2/callback"
email_domains = ["example.com"]
`,
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "doorward-executable-"));
  for (const [name, text] of Object.entries(written)) writeFileSync(join(folder, name), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(...words: readonly string[]) {
  return runDoorward(words, { PATH: "" }, folder);
}

/** What the source prints for the same words. */
function bySource(...words: readonly string[]) {
  const cli = join(root, "server/cli/doorward.js");
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...words], {
    cwd: folder,
    encoding: "utf8",
    env: {},
  });
  return { code: status, stdout, stderr };
}

it.each<[string, readonly string[]]>([
  ...proxyNames.map((name): [string, string[]] => [
    `config ${name}`,
    ["config", name, "--config", "doorward.json"],
  ]),
  ["import", ["import", "oauth2-proxy", "oauth2-proxy.cfg"]],
  [
    "explain",
    [
      "explain",
      "https://app.example.com/admin/x",
      "--email",
      "ada@example.com",
      "--config",
      "doorward.json",
    ],
  ],
  ["diff", ["diff", "doorward.json", "doorward.json"]],
  ["--version", ["--version"]],
])("%s prints what the source prints", async (_, words) => {
  const printed = await run(...words);

  expect(printed.code).toBe(0);
  expect(printed).toEqual(bySource(...words));
});

it("config --write writes the files of a proxy", async () => {
  const { code } = await run("config", "nginx", "--config", "doorward.json", "--write", "nginx");

  expect(code).toBe(0);
  expect(readdirSync(join(folder, "nginx"))).toEqual(["doorward.conf", "snippets"]);
});

it("secret prints a new secret", async () => {
  const { code, stdout } = await run("secret");

  expect(code).toBe(0);
  expect(stdout).toMatch(/^[\w-]{43}\n$/);
  expect((await run("secret")).stdout).not.toBe(stdout);
});

it("knows the Public Suffix List", async () => {
  const { code, stderr } = await run("serve", "--config", "public-suffix.json");

  expect(code).toBe(1);
  expect(stderr).toContain("cookie.domain: ");
  expect(stderr).toContain("public suffix");
});

it("names the drivers that it contains if the configuration wants another", async () => {
  const { code, stderr } = await run("serve", "--config", "mongodb.json");

  expect(code).toBe(1);
  expect(stderr).toContain(
    'storage.driver: "mongodb" is not in the single executable: use redis, fs, http or cloudflare-kv-http, or run doorward from its npm package',
  );
});

it("health fails where nothing answers", async () => {
  const { code, stderr } = await run("health", "--config", "doorward.json");

  expect(code).toBe(1);
  expect(stderr).toBe("doorward: no answer from doorward on 127.0.0.1:4180\n");
});

it("sessions revoke ends the sessions of a store in files", async () => {
  const storage = { driver: "fs", base: join(folder, "sessions") };
  mkdirSync(storage.base);
  writeFileSync(join(folder, "fs.json"), JSON.stringify({ ...settingsFor(4180), storage }));

  const { code, stdout } = await run("sessions", "revoke", "--all", "--config", "fs.json");

  expect(code).toBe(0);
  expect(stdout).not.toBe("");
});

it("licenses prints the license of every package that doorward runs on", async () => {
  const { code, stdout } = await run("licenses");

  expect(code).toBe(0);
  const names = ["doorward", "Node.js", ...Object.keys(manifest.dependencies)];
  const missing = names.filter(
    (name) => !new RegExp(`^${RegExp.escape(name)} \\d+\\.\\d+\\.\\d+`, "m").test(stdout),
  );
  expect(missing).toEqual([]);
  expect(stdout).toContain("OpenSSL"); // Node contains it
});

it("demo runs a whole sign-in", async () => {
  const { code, stdout } = await run("demo", "--check", "--proxy", "own");

  const [first, ...steps] = stdout.trimEnd().split("\n");
  expect(first).toMatch(/^through the demo's own small proxy at http:\/\/localhost:\d+$/);
  expect(steps).toHaveLength(6);
  expect(steps.filter((step) => !step.startsWith("ok "))).toEqual([]);
  expect(code).toBe(0);
});

it("is one file", () => {
  const dist = join(root, "dist");

  expect(readdirSync(dist)).toEqual(["doorward"]);
  expect(statSync(join(dist, "doorward")).mode & 0o777).toBe(0o755);
});
