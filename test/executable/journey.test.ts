import { argon2Sync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startIssuer, type Issuer } from "../../demo/issuer.ts";
import { Browser } from "../peers/browser.ts";
import { freePort } from "../peers/free-port.ts";
import { runDoorward, settingsFor, startProcess } from "../peers/process.ts";
import { startRedis, type RedisServer } from "../peers/redis.ts";
import { client, forwarded } from "../peers/sign-in-door.ts";

const nothing = { PATH: "" };
let folder: string;
let port: number;
let issuer: Issuer;
let redis: RedisServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "doorward-executable-"));
  port = await freePort();
  redis = await startRedis();
  issuer = await startIssuer({
    accounts: [{ id: "ada", claims: { email: "ada@example.com", email_verified: true } }],
    ...client,
    redirectUris: [`http://localhost:${port}/_auth/callback`],
  });
});
afterAll(async () => {
  await Promise.all([issuer.close(), redis.close()]);
  rmSync(folder, { recursive: true });
});

function settings(changed: object) {
  const company = { type: "oidc", issuer: issuer.issuer, ...client };
  return { ...settingsFor(port), providers: { company }, ...changed };
}

/** Starts the executable on the port that its issuer knows. */
function start(changed: object) {
  return startProcess(() => settings(changed), nothing);
}

describe.each([
  ["memory", () => ({ driver: "memory" })],
  ["fs", () => ({ driver: "fs", base: "sessions" })],
  ["fs-lite", () => ({ driver: "fs-lite", base: "sessions" })],
  ["redis", () => ({ driver: "redis", url: redis.url })],
])("the executable with the store %s", (_, storage) => {
  it("signs in at a real issuer, passes the identity, and signs out", async () => {
    const doorward = await start({ storage: storage() });
    const browser = new Browser();
    const site = `http://localhost:${port}/_auth`;
    const verify = () => browser.ask(`${site}/verify`, { headers: forwarded(site) });

    const before = await verify();
    await browser.signIn(`${site}/start`, "ada");
    const allowed = await verify();
    await browser.ask(`${site}/sign_out`);
    const after = await verify();
    await doorward.close();

    expect([before.status, allowed.status, after.status]).toEqual([302, 200, 302]);
    expect(allowed.headers["x-auth-request-email"]).toBe("ada@example.com");
  });
});

it("checks passwords in its workers", async () => {
  const password = "correct horse battery";
  const doorward = await startProcess(() => {
    const nonce = Buffer.alloc(16, 7);
    const cost = { memory: 64, passes: 1, parallelism: 1, tagLength: 32 };
    const tag = argon2Sync("argon2id", { message: password, nonce, ...cost });
    const [salt, hash] = [nonce, tag].map((bytes) => bytes.toString("base64").replace(/=+$/, ""));
    const users = join(folder, "users");
    writeFileSync(users, `robot:$argon2id$v=19$m=64,t=1,p=1$${salt}$${hash}\n`);
    return settings({ users, rules: [{ path: "/files/**", basic: true, allow: "signed-in" }] });
  }, nothing);
  const statusWith = async (written: string) => {
    const credentials = Buffer.from(`robot:${written}`).toString("base64");
    const headers = {
      ...forwarded(`http://localhost:${port}/_auth`),
      "X-Forwarded-Uri": "/files/x",
      Authorization: `Basic ${credentials}`,
    };
    const url = `http://localhost:${port}/_auth/verify`;
    return (await new Browser().ask(url, { headers })).status;
  };

  expect(await statusWith(password)).toBe(200);
  expect(await statusWith("another")).toBe(401);
  await doorward.close();
});

it("answers health, check and the metrics", async () => {
  const adminPort = await freePort();
  const doorward = await start({ admin: { host: "127.0.0.1", port: adminPort } });

  const health = await runDoorward(["health", "--config", doorward.file.path], nothing);
  const check = await runDoorward(["check", "--config", doorward.file.path], nothing);
  const metrics = await new Browser().ask(`http://127.0.0.1:${adminPort}/metrics`);
  await doorward.close();

  expect(health).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(check.stderr).toBe("");
  expect(check.stdout).toContain("ok    store memory: works");
  expect(check.stdout).not.toContain("FAULT");
  expect(metrics.body).toContain("doorward_");
});
