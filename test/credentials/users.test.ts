import { argon2Sync, randomBytes } from "node:crypto";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashSync } from "bcryptjs";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { ConfigError } from "../../server/config/faults.ts";
import { navigation, send } from "../peers/browser.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";

const folder = mkdtempSync(join(tmpdir(), "users-"));
const file = join(folder, "users");
const robot = `robot:${hashSync("open sesame", 4)}`;
const backup = `backup:${argon2id("b:ack:up")}`;

let doorward: TestDoorward | undefined;
let clock: number;

beforeEach(async () => {
  await doorward?.close();
  clock = Date.now();
  writeUsers(robot, "", "# machines", backup);
  doorward = await start();
});

afterAll(async () => {
  await doorward?.close();
  rmSync(folder, { recursive: true });
});

function argon2id(password: string): string {
  const nonce = randomBytes(16);
  const parameters = { message: password, nonce, memory: 64, passes: 1, parallelism: 1 };
  const tag = argon2Sync("argon2id", { ...parameters, tagLength: 32 });
  const base64 = (bytes: Buffer) => bytes.toString("base64").replace(/=+$/, "");
  return `$argon2id$v=19$m=64,t=1,p=1$${base64(nonce)}$${base64(tag)}`;
}

/** Replaces the file by renaming another, as editors and Kubernetes do. */
function writeUsers(...lines: string[]): void {
  writeFileSync(`${file}.new`, `${lines.join("\n")}\n`);
  renameSync(`${file}.new`, file);
}

function start() {
  const config = configOf({
    url: "https://auth.example.com",
    cookie: { domain: "example.com" },
    providers: { google: { clientId: "x", clientSecret: "y" } },
    access: { domains: ["example.com"] },
    headers: {
      "X-Auth-Request-User": "subject",
      "X-Auth-Request-Groups": "groups",
      "X-Issuer": "issuer",
    },
    users: file,
    rules: [
      { host: "repo.example.com", basic: true, allow: { subjects: ["robot", "backup"] } },
      { host: "some.example.com", basic: true, allow: { subjects: ["backup"] } },
      { host: "any.example.com", basic: true, provider: "users", allow: "signed-in" },
      { host: "strict.example.com", basic: true },
      { host: "both.example.com", basic: true, bearer: true, allow: "signed-in" },
    ],
  });
  return startDoorward(config, { now: () => clock });
}

interface Extra {
  readonly headers?: Record<string, string | string[]>;
  readonly address?: string;
  readonly dialect?: "original";
}

function verify(host: string, credentials?: string, extra: Extra = {}) {
  const described =
    extra.dialect === "original"
      ? { "X-Original-Method": "GET", "X-Original-URL": `https://${host}/x` }
      : {
          "X-Forwarded-Method": "GET",
          "X-Forwarded-Proto": "https",
          "X-Forwarded-Host": host,
          "X-Forwarded-Uri": "/x",
        };
  const headers = {
    ...described,
    "X-Forwarded-For": extra.address ?? "203.0.113.7",
    ...(credentials !== undefined && { Authorization: basic(credentials) }),
    ...extra.headers,
  };
  return send("http://doorward/verify", new Map([["doorward:80", doorward?.port ?? 0]]), {
    headers,
  });
}

const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
const challenge = 'Basic realm="doorward", charset="UTF-8"';

describe("a rule with basic", () => {
  it.each([
    ["bcrypt", "robot:open sesame", "robot"],
    ["argon2id, and colons in the password", "backup:b:ack:up", "backup"],
  ])("accepts a name with its password, hashed with %s", async (_, credentials, subject) => {
    const answer = await verify("repo.example.com", credentials);

    expect(answer).toMatchObject({
      status: 200,
      headers: {
        "x-auth-request-user": subject,
        "x-auth-request-groups": "",
        "x-issuer": "urn:doorward:users",
      },
    });
    expect(answer.headers["set-cookie"]).toBeUndefined();
  });

  it.each([
    ["a wrong password", "robot:open sesam"],
    ["another user's password", "robot:b:ack:up"],
    ["an unknown name", "unknown:open sesame"],
    ["a name in another case", "Robot:open sesame"],
    ["no password", "robot:"],
    ["no name", ":open sesame"],
    ["no colon", "robot"],
    ["nothing", ""],
    ["the hash itself", robot],
    ["a property of every object as the name", "__proto__:x"],
  ])("rejects %s", async (_, credentials) => {
    const answer = await verify("repo.example.com", credentials, { headers: navigation });

    expect(answer).toMatchObject({ status: 401, body: '{"error":"invalid_password"}' });
    expect(answer.headers["www-authenticate"]).toBe(challenge);
    expect(answer.headers["x-auth-request-user"]).toBeUndefined();
    expect(answer.headers.location).toBeUndefined();
  });

  it("rejects two Authorization headers", async () => {
    const both = [basic("robot:open sesame"), basic("robot:open sesame")];

    const answer = await verify("repo.example.com", undefined, {
      headers: { Authorization: both },
    });

    expect(answer.status).toBe(401);
  });

  it("sends programs a password challenge and redirects browsers to the sign-in", async () => {
    const program = await verify("repo.example.com");
    const browser = await verify("repo.example.com", undefined, { headers: navigation });

    expect(program).toMatchObject({ status: 401, headers: { "www-authenticate": challenge } });
    expect(browser.status).toBe(302);
    expect(browser.headers["www-authenticate"]).toBeUndefined();
  });

  it("sends nginx responses without a body", async () => {
    const good = await verify("repo.example.com", "robot:open sesame", { dialect: "original" });
    const bad = await verify("repo.example.com", "robot:x", { dialect: "original" });

    expect(good.status).toBe(200);
    expect(bad).toMatchObject({
      status: 401,
      body: "",
      headers: { "www-authenticate": challenge },
    });
  });

  it("applies the policy: subjects, or all users of the file by provider", async () => {
    expect((await verify("some.example.com", "robot:open sesame")).status).toBe(403);
    expect((await verify("strict.example.com", "robot:open sesame")).status).toBe(403);
    expect((await verify("any.example.com", "robot:open sesame")).status).toBe(200);
  });

  it("leaves a token in place of a password to the rule's bearer setting", async () => {
    const token = await verify("both.example.com", "x-access-token:aaa.bbb.ccc");
    const password = await verify("both.example.com", "robot:open sesame");

    expect(token.headers["www-authenticate"]).toBe(
      'Bearer realm="doorward", error="invalid_token"',
    );
    expect(password.status).toBe(200);
  });

  it("is the only kind of rule that accepts a password", async () => {
    const answer = await verify("app.example.com", "robot:open sesame");

    expect(answer).toMatchObject({ status: 401, body: '{"error":"sign_in_required"}' });
    expect(answer.headers["www-authenticate"]).toBeUndefined();
  });
});

describe("failed passwords", () => {
  const fail = (address: string, index: number, extra: Extra = {}) =>
    verify("repo.example.com", `robot:guess ${index}`, { ...extra, address });

  it("are limited to ten a minute per address; then even the right password is rejected", async () => {
    for (let index = 0; index < 10; index++) {
      expect((await fail("203.0.113.9", index)).status).toBe(401);
    }

    const eleventh = await fail("203.0.113.9", 11);
    const toNginx = await fail("203.0.113.9", 12, { dialect: "original" });
    const right = (address: string) => verify("repo.example.com", "robot:open sesame", { address });

    expect(eleventh).toMatchObject({
      status: 429,
      body: '{"error":"too_many_tries"}',
      headers: { "retry-after": "60" },
    });
    expect(toNginx).toMatchObject({ status: 401, body: "" });
    expect((await right("203.0.113.9")).status).toBe(429);
    expect((await right("203.0.113.10")).status).toBe(200);
    clock += 61_000;
    expect((await right("203.0.113.9")).status).toBe(200);
  });

  it("lock no user out for an hour when the clock is set back", async () => {
    for (let index = 0; index < 10; index++) await fail("203.0.113.30", index);
    clock -= 60 * 60_000;

    const address = "203.0.113.30";
    expect((await verify("repo.example.com", "robot:open sesame", { address })).status).toBe(200);
  });

  it("count for the whole network of an IPv6 visitor, and for no other network", async () => {
    for (let index = 0; index < 10; index++) await fail(`2001:db8:0:1::${index + 1}`, index);

    expect((await fail("2001:db8:0:1:ffff::1", 11)).status).toBe(429);
    expect((await fail("2001:db8:0:2::1", 11)).status).toBe(401);
  });

  it("count for the address that the trusted proxy adds, not for one that the visitor sends", async () => {
    for (let index = 0; index < 10; index++) await fail(`198.51.100.${index}, 203.0.113.20`, index);

    expect((await fail("198.51.100.99, 203.0.113.20", 11)).status).toBe(429);
  });

  it("do not include passwords that are right", async () => {
    for (let index = 0; index < 15; index++) {
      writeUsers(robot, `# ${index}`); // a new file, so that the password is checked again
      clock += 1_100;
      expect((await verify("repo.example.com", "robot:open sesame")).status).toBe(200);
    }
  });
});

describe("the users file", () => {
  it("is read again when it changes: removed users are rejected, new passwords are accepted", async () => {
    await verify("repo.example.com", "robot:open sesame");
    writeUsers(`robot:${hashSync("another", 4)}`);
    clock += 1_100;

    expect((await verify("repo.example.com", "robot:open sesame")).status).toBe(401);
    expect((await verify("repo.example.com", "robot:another")).status).toBe(200);
    expect((await verify("repo.example.com", "backup:b:ack:up")).status).toBe(401);
  });

  it("is read again after the clock is set back, so that a removed user is rejected at once", async () => {
    await verify("repo.example.com", "robot:open sesame");
    clock -= 60 * 60_000;
    writeUsers(backup);
    await verify("repo.example.com", "backup:b:ack:up");
    clock += 1_100;

    expect((await verify("repo.example.com", "robot:open sesame")).status).toBe(401);
  });

  it.each([
    ["is invalid", () => writeUsers(robot, "eve:plain")],
    ["is missing", () => rmSync(file)],
  ])("keeps its last valid contents when it %s, and logs that", async (_, spoil) => {
    spoil();
    clock += 1_100;

    expect((await verify("repo.example.com", "robot:open sesame")).status).toBe(200);
    expect((await verify("repo.example.com", "eve:plain")).status).toBe(401);
    expect(JSON.stringify(doorward?.events)).toContain(
      "changed files rejected; still using the previous contents",
    );
  });

  it.each([
    ["Apache MD5", "eve:$apr1$abcdefgh$0123456789012345678901"],
    ["SHA-1", "eve:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g="],
    ["crypt", "eve:rqXexS6ZhobKA"],
    ["SHA-512 crypt", "eve:$6$abc$defdefdefdefdef"],
    ["a plain password", "eve:secret-of-eve"],
    ["argon2i", "eve:$argon2i$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0c2FsdA"],
    ["argon2id for 4 GiB", `eve:${argon2id("x").replace("m=64", "m=4194304")}`],
    ["bcrypt with a cost that takes hours", `eve:${hashSync("x", 4).replace("$04$", "$31$")}`],
    ["half a bcrypt hash", `eve:${hashSync("x", 4).slice(0, 30)}`],
    ["no hash", "eve"],
    ["no name", `:${hashSync("x", 4)}`],
    ["a name for the second time", `robot:${hashSync("x", 4)}`],
  ])("prevents the start with the line's number and without its text: %s", async (_, line) => {
    writeUsers(robot, line);

    const fault = await start().then(
      () => undefined,
      (error: unknown) => error,
    );

    expect(fault).toBeInstanceOf(ConfigError);
    expect(String(fault)).toContain("line 2:");
    expect(String(fault)).not.toContain(line.slice(line.indexOf(":") + 1));
  });

  it("prevents the start when it is missing", async () => {
    rmSync(file);

    await expect(start()).rejects.toThrow(ConfigError);
  });
});
