import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { root } from "../../docs/source-files.ts";
import { KeyFile, readKeys } from "../../server/assertion/key-file.ts";
import { createApp } from "../../server/app/app.ts";
import { ConfigError } from "../../server/config/faults.ts";
import { capturingLog } from "../peers/capturing-log.ts";
import { configOf } from "../peers/doorward.ts";

const folder = mkdtempSync(join(tmpdir(), "doorward-key-"));
afterAll(() => rmSync(folder, { recursive: true }));

const newPem = () =>
  generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const [one, other] = [newPem(), newPem()];
const kidOf = (pem: string) => readKeys(pem)[0].published.kid;

const appWith = (key: string) =>
  createApp(
    configOf({
      url: "https://auth.example.com",
      providers: { company: { type: "oidc", issuer: "https://id.example.com", clientId: "door" } },
      access: { anyone: true },
      assertion: { key },
    }),
    { log: capturingLog().log },
  );

describe("the file of assertion.key", () => {
  it("is read again when it changes; a file without a key changes nothing", async () => {
    const file = join(folder, "keys.pem");
    writeFileSync(file, one);
    const { log, events } = capturingLog();
    const keys = new KeyFile(file, log).watch();
    const replace = (text: string) => {
      writeFileSync(`${file}.new`, text);
      renameSync(`${file}.new`, file);
    };
    const ids = () => keys.published.map(({ kid }) => kid);
    expect([keys.signer.published.kid, ids()]).toEqual([kidOf(one), [kidOf(one)]]);

    replace(one + other);
    await expect.poll(ids, { timeout: 10_000 }).toEqual([kidOf(one), kidOf(other)]);
    expect(keys.signer.published.kid).toBe(kidOf(one));

    replace("no key");
    await expect.poll(() => events.at(-1)?.level, { timeout: 10_000 }).toBe(50);
    expect(ids()).toEqual([kidOf(one), kidOf(other)]);

    replace(other);
    await expect.poll(ids, { timeout: 10_000 }).toEqual([kidOf(other)]);
    expect(keys.signer.published.kid).toBe(kidOf(other));
    expect(JSON.stringify(events)).not.toContain("PRIVATE");
    await keys.close();
  });

  it("is read once at the start: a pipe has its contents only once", () => {
    const code = `
      import { KeyFile } from ${JSON.stringify(join(root, "server/assertion/key-file.ts"))};
      console.log(new KeyFile("/dev/stdin").signer.published.kid);`;
    const command = 'printf %s "$PEM" | "$NODE" --input-type=module --eval "$CODE"';
    const env = { ...process.env, PEM: one, NODE: process.execPath, CODE: code };

    const printed = execFileSync("sh", ["-c", command], { env, encoding: "utf8" });

    expect(printed.trim()).toBe(kidOf(one));
  });

  it("may be PEM itself", async () => {
    const app = await appWith(one);

    expect(app.assertionKeys?.signer?.published.kid).toBe(kidOf(one));
    await app.close();
  });

  it.each([
    [
      "is missing",
      "/nowhere/keys.pem",
      "/nowhere/keys.pem names a file that cannot be read (ENOENT)",
    ],
    [
      "holds no key",
      join(folder, "empty.pem"),
      "contains no private key in PEM: use a key of P-256",
    ],
  ])("prevents the start if it %s", async (_, path, message) => {
    writeFileSync(join(folder, "empty.pem"), "");

    const failure = await appWith(path).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(ConfigError);
    expect(String(failure)).toContain("assertion.key: ");
    expect(String(failure)).toContain(message);
  });

  it("is not quoted if it is wrong PEM", async () => {
    const pem = one.replaceAll("PRIVATE", "PUBLIC");

    const failure = await appWith(pem).catch(String);

    expect(failure).toContain("assertion.key: contains no private key in PEM");
    expect(failure).not.toContain(pem.split("\n")[1]);
  });
});
