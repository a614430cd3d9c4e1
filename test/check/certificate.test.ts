import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkCertificate } from "../../server/check/certificate.ts";
import { configOf } from "../peers/doorward.ts";
import { createCertificate } from "../peers/tls.ts";

const dayMs = 86_400_000;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "doorward-tls-"));
  createCertificate(join(folder, "door"), ["door.example.com"]); // for two days
});
afterAll(() => rmSync(folder, { recursive: true }));

function findings(https: unknown, now?: number) {
  const config = configOf({
    url: "https://auth.example.com",
    providers: { google: { clientId: "x" } },
    access: { anyone: true },
    listen: { https },
  });
  return checkCertificate(config, now);
}

const own = () => ({ cert: join(folder, "door.pem"), key: join(folder, "door.key") });

describe("check of listen.https", () => {
  it.each([
    [
      "ok",
      -30,
      /^listen\.https: the certificate of DNS:door\.example\.com is valid until \d{4}-\d\d-\d\d$/,
    ],
    ["warning", 0, /expires on \d{4}-\d\d-\d\d: renew it, and send SIGHUP$/],
    ["fault", 3, /expired on \d{4}-\d\d-\d\d: renew it$/],
  ])("is %s when %i days have passed", (level, days, text) => {
    expect(findings(own(), Date.now() + days * dayMs)).toEqual([
      { level, text: expect.stringMatching(text) },
    ]);
  });

  it("names a file that cannot be read", () => {
    expect(findings({ ...own(), key: join(folder, "gone.key") })).toEqual([
      {
        level: "fault",
        text: expect.stringContaining("gone.key) names a file that cannot be read"),
      },
    ]);
  });

  it.each([[undefined], [false], [true]])("finds nothing for %j", (https) => {
    expect(findings(https)).toEqual([]);
  });
});
