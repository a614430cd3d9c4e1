import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashSync } from "bcryptjs";
import { afterAll, describe, expect, it } from "vitest";
import { passwordCosts } from "../../server/check/password-costs.ts";
import type { PasswordHash } from "../../server/credentials/password-hash.ts";
import { configOf } from "../peers/doorward.ts";
import { lines } from "../peers/findings.ts";

const folder = mkdtempSync(join(tmpdir(), "doorward-costs-"));
const file = join(folder, "users");
const cost4 = hashSync("x", 4);

afterAll(() => rmSync(folder, { recursive: true }));

const bcrypt = (cost: number) => cost4.replace("$04$", `$${String(cost).padStart(2, "0")}$`);
const argon2id = (parameters: string) =>
  `$argon2id$v=19$${parameters}$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0c2FsdA`;

function findings(hashes: readonly string[], measure?: (hash: PasswordHash) => number) {
  writeFileSync(file, hashes.map((hash, index) => `user${index}:${hash}\n`).join(""));
  const config = configOf({
    url: "https://auth.example.com",
    providers: { google: { clientId: "x" } },
    access: { anyone: true },
    users: file,
    rules: [{ path: "/x", basic: true }],
  });
  return passwordCosts(config, measure).map(({ level, text }) => `${level} ${text}`);
}

describe("check of the users file", () => {
  it("measures a real hash of each cost", () => {
    const [quick, slow] = findings([bcrypt(4), bcrypt(12)]);

    expect(quick).toMatch(
      /^ok users line 1: a check of bcrypt with cost 4 takes \d\d? ms on this machine$/,
    );
    expect(slow).toMatch(
      /^warning users line 2: a check of bcrypt with cost 12 takes \d{3,} ms on this machine, more than 100 ms: hash the password again with /,
    );
  });

  it("warns once of all lines with the same cost", () => {
    const same = [bcrypt(4), bcrypt(12), bcrypt(12), bcrypt(12)];

    expect(findings(same, ({ kind }) => (kind === "bcrypt" ? 300 : 0))).toHaveLength(2);
    expect(findings(same, () => 300)[1]).toContain("users line 2 and 2 more: ");
  });

  it.each([
    ["a bcrypt cost that fits this machine", bcrypt(12), 390, "htpasswd -B -C 10"],
    ["a bcrypt cost just below", bcrypt(12), 101, "htpasswd -B -C 11"],
    ["argon2id if bcrypt would be too weak", bcrypt(12), 410, "argon2id with m=19456,t=2,p=1"],
    ["a lighter argon2id", argon2id("m=65536,t=3,p=4"), 300, "argon2id with m=19456,t=2,p=1"],
    ["a faster machine", argon2id("m=19456,t=2,p=1"), 101, "use a faster machine"],
  ])("recommends %s", (_, hash, ms, fix) => {
    const [finding] = findings([hash], () => ms);

    expect(finding).toMatch(/^warning /);
    expect(finding?.endsWith(fix)).toBe(true);
  });

  it("reports an invalid line as a fault, without its text", () => {
    const [finding] = findings(["plain-password"]);

    expect(finding).toMatch(/^fault users: .*line 1/s);
    expect(finding).not.toContain("plain-password");
  });

  it("is part of `doorward check`", async () => {
    writeFileSync(file, `robot:${bcrypt(4)}\n`);

    const found = await lines({ users: file, rules: [{ path: "/x", basic: true }] });

    expect(found).toContainEqual(expect.stringMatching(/^ok users line 1: /));
  });

  it("finds nothing without a users file", async () => {
    expect((await lines({})).filter((line) => line.includes(" users"))).toEqual([]);
  });
});
