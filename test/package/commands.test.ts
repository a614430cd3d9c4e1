import { execFileSync } from "node:child_process";
import { argon2Sync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { Browser } from "../peers/browser.ts";
import { runDoorward, settingsFor, startProcess } from "../peers/process.ts";
import { forwarded } from "../peers/sign-in-door.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "doorward-package-commands-"));
  const settings = {
    ...settingsFor(4180),
    url: "https://auth.example.com",
    cookie: { domain: "example.com" },
  };
  writeFileSync(join(folder, "doorward.json"), JSON.stringify(settings));
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(...words: readonly string[]) {
  return runDoorward(words, {}, folder);
}

it("npx doorward --version prints the version", () => {
  const words = ["--no-install", "doorward", "--version"];

  const printed = execFileSync("npx", words, { cwd: inject("project"), encoding: "utf8" });

  expect(printed).toBe(`${manifest.version}\n`);
});

it("secret prints a new secret", async () => {
  const { code, stdout } = await run("secret");

  expect(code).toBe(0);
  expect(stdout).toMatch(/^[\w-]{43}\n$/);
});

it("config nginx prints the configuration", async () => {
  const { code, stdout } = await run("config", "nginx");

  expect(code).toBe(0);
  expect(stdout).toContain("auth_request ");
});

it("check tests the configuration and the store", async () => {
  const { stdout, stderr } = await run("check");

  expect(stderr).toBe("");
  expect(stdout).toContain("ok    store memory: works");
});

it("serve answers /verify, with a store in an empty folder", async () => {
  const doorward = await startProcess((port) => ({
    ...settingsFor(port),
    storage: { driver: "fs-lite", base: "data" },
    rules: [{ path: "/public/**", allow: "public" }],
  }));
  const statusOf = async (path: string) => {
    const headers = { ...forwarded(doorward.site), "X-Forwarded-Uri": path };
    return (await new Browser().ask(`${doorward.site}/verify`, { headers })).status;
  };

  const statuses = [await statusOf("/"), await statusOf("/public/logo")];
  await doorward.close();

  expect(statuses).toEqual([302, 200]);
});

it("serve checks passwords in its workers", async () => {
  const message = "correct horse battery";
  const nonce = Buffer.alloc(16, 7);
  const cost = { memory: 64, passes: 1, parallelism: 1, tagLength: 32 };
  const tag = argon2Sync("argon2id", { message, nonce, ...cost });
  const [salt, hash] = [nonce, tag].map((bytes) => bytes.toString("base64").replace(/=+$/, ""));
  const users = join(folder, "users");
  writeFileSync(users, `robot:$argon2id$v=19$m=64,t=1,p=1$${salt}$${hash}\n`);
  const rules = [{ path: "/files/**", basic: true, allow: "signed-in" }];
  const doorward = await startProcess((port) => ({ ...settingsFor(port), users, rules }));
  const statusWith = async (password: string) => {
    const credentials = Buffer.from(`robot:${password}`).toString("base64");
    const headers = {
      ...forwarded(doorward.site),
      "X-Forwarded-Uri": "/files/x",
      Authorization: `Basic ${credentials}`,
    };
    return (await new Browser().ask(`${doorward.site}/verify`, { headers })).status;
  };

  const statuses = [await statusWith(message), await statusWith("another")];
  await doorward.close();

  expect(statuses).toEqual([200, 401]);
});

it("demo runs a whole sign-in, with the issuer that the package contains", async () => {
  const { code, stdout } = await run("demo", "--check", "--proxy", "own");

  const steps = stdout.trimEnd().split("\n").slice(1);
  expect(steps).toHaveLength(6);
  expect(steps.filter((step) => !step.startsWith("ok "))).toEqual([]);
  expect(code).toBe(0);
});
