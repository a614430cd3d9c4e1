import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../peers/chromium.ts";
import { settingsFor, startProcess, type DoorwardProcess } from "../peers/process.ts";
import { createAuthority, createCertificate } from "../peers/tls.ts";

let home: string;
let chromium: Browser;
let doorward: DoorwardProcess;

/** Chromium reads certificate authorities of a user from here. */
function trust(certificate: string): void {
  const database = join(home, ".pki/nssdb");
  mkdirSync(database, { recursive: true });
  const certutil = (...words: string[]) =>
    execFileSync("certutil", ["-d", `sql:${database}`, ...words]);
  certutil("-N", "--empty-password");
  certutil("-A", "-t", "C,,", "-n", "tests", "-i", certificate);
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "doorward-home-"));
  createAuthority(join(home, "ca"));
  createCertificate(join(home, "door"), ["door.test"], join(home, "ca"));
  trust(join(home, "ca.pem"));
  doorward = await startProcess((port) => ({
    ...settingsFor(port),
    url: "https://door.test/_auth",
    listen: {
      host: "127.0.0.1",
      port,
      https: { cert: join(home, "door.pem"), key: join(home, "door.key") },
    },
  }));
  chromium = await launchChromium({
    home,
    ports: new Map([
      ["door.test:443", doorward.port],
      ["other.test:443", doorward.port],
    ]),
  });
}, 60_000);
afterAll(async () => {
  await chromium.close();
  await doorward.close();
  rmSync(home, { recursive: true, force: true });
});

describe("listen.https in Chromium, which verifies the certificate", () => {
  it("shows the sign-in's page of a secure context", async () => {
    const page = await chromium.newPage();

    const response = await page.goto("https://door.test/_auth/start");

    expect(response?.status()).toBe(503); // the issuer of this test does not answer
    expect(await page.getByRole("heading").innerText()).toBe("Sign-in is not possible right now");
    expect(await page.evaluate("isSecureContext")).toBe(true);
    expect(await response?.securityDetails()).toMatchObject({ protocol: "TLS 1.3" });
    await page.close();
  });

  it("refuses the same certificate for another name", async () => {
    const page = await chromium.newPage();

    await expect(page.goto("https://other.test/_auth/start")).rejects.toThrow(
      "ERR_CERT_COMMON_NAME_INVALID",
    );
    await page.close();
  });
});
