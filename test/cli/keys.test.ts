import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../../docs/source-files.ts";
import { block } from "../docs/blocks.ts";
import { runShell } from "../docs/shell.ts";
import { testSecret } from "../peers/doorward.ts";
import { freePort } from "../peers/free-port.ts";
import { runDoorward, settingsFor, startProcess, writeConfig } from "../peers/process.ts";

const page = "docs/assertion.md";
const assertion = {};

describe("doorward keys", () => {
  const folder = mkdtempSync(join(tmpdir(), "doorward-keys-"));
  let adminPort: number;
  beforeAll(async () => {
    adminPort = await freePort();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("prints the keys before the first start, which the service then uses and publishes", async () => {
    const settings = (port: number) => ({
      ...settingsFor(port),
      assertion,
      admin: { port: adminPort },
      storage: { driver: "fs-lite", base: join(folder, "data") },
    });
    const file = await writeConfig(settings(4180));
    const before = await runDoorward(["keys", "--config", file.path]);
    const checked = await runDoorward(["check", "--config", file.path]);

    const doorward = await startProcess(settings);
    const answer = await fetch(`http://127.0.0.1:${adminPort}/.well-known/jwks.json`);
    const set: unknown = await answer.json();
    const during = await runDoorward(["keys", "--config", file.path]);
    const other = { ...settings(4180), secret: testSecret.toLowerCase() };
    const otherFile = await writeConfig(other);
    const byOther = await runDoorward(["keys", "--config", otherFile.path]);
    await otherFile.remove();
    await doorward.close();
    await file.remove();

    expect([before.code, before.stderr]).toEqual([0, ""]);
    expect(JSON.parse(before.stdout)).toEqual(set);
    expect([JSON.parse(during.stdout), during.stderr]).toEqual([set, ""]);
    expect(byOther.stdout).not.toBe(during.stdout);
    expect(byOther.stderr).toContain("these are not its keys");
    expect(set).toMatchObject({ keys: [{ alg: "ES256", use: "sig" }, { alg: "ES256" }] });
    expect(before.stdout).not.toContain('"d"');
    expect([answer.status, answer.headers.get("content-type")]).toEqual([
      200,
      "application/jwk-set+json",
    ]);
    expect(answer.headers.get("cache-control")).toBe("max-age=3600");
    const { kid } = (set as { keys: { kid: string }[] }).keys[0] ?? {};
    expect(checked.stdout).toContain(
      `ok    assertion: X-Doorward-Assertion is signed by the key ${kid} (ES256)`,
    );
  });

  it.each([
    [
      "assertion is not set",
      {},
      "assertion: is not set, so there are no keys: add `assertion: {}`",
    ],
    [
      "the keys are in the memory of another process",
      { assertion, storage: { driver: "memory" } },
      'storage.driver "memory" keeps the keys in the memory of the serving process: read them at',
    ],
    [
      "the file of the key is missing",
      { assertion: { key: "/nowhere.pem" } },
      "assertion.key: /nowhere.pem names a file that cannot be read (ENOENT)",
    ],
  ])("exits with 1 if %s", async (_, changed, message) => {
    const file = await writeConfig({ ...settingsFor(4180), ...changed });

    const { code, stdout, stderr } = await runDoorward(["keys", "--config", file.path]);
    await file.remove();

    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(message);
  });

  describe("in the file that the manual names", () => {
    const print = block(page, "sh", "cd /srv/doorward-keys");
    const run = (commands: string, { path }: { path: string }) =>
      runShell(
        commands
          .replaceAll("/etc/doorward/doorward.yaml", path)
          .replaceAll(/\/(etc\/doorward|srv\/doorward-keys)/g, folder),
        { cwd: root },
      );
    const kept = () => readFileSync(join(folder, "jwks.json"), "utf8");

    it("prints those of a file that was made as the manual shows", async () => {
      const key = join(folder, "assertion.pem");
      const file = await writeConfig({ ...settingsFor(4180), assertion: { key } });

      await run(block(page, "sh", "openssl genpkey"), file);
      await run(print, file);
      await file.remove();

      expect(JSON.parse(kept())).toMatchObject({
        keys: [{ kty: "EC", crv: "P-256", alg: "ES256" }],
      });
    });

    it("keeps the previous ones while the store is down", async () => {
      writeFileSync(join(folder, "jwks.json"), '{"keys":[]}');
      const storage = { driver: "redis", url: `redis://127.0.0.1:${await freePort()}` };
      const file = await writeConfig({ ...settingsFor(4180), assertion, storage });

      const failure = await run(print, file).catch(String);
      await file.remove();

      expect(failure).toContain("the commands exited with 1");
      expect(kept()).toBe('{"keys":[]}');
    });
  });
});
