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

/** Replaces the file as an editor or Kubernetes does. */
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
  const told =
    extra.dialect === "original"
      ? { "X-Original-Method": "GET", "X-Original-URL": `https://${host}/x` }
      : {
          "X-Forwarded-Method": "GET",
          "X-Forwarded-Proto": "https",
          "X-Forwarded-Host": host,
          "X-Forwarded-Uri": "/x",
        };
  const headers = {
    ...told,
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
  ])("lets a name with its password pass, hashed with %s", async (_, credentials, subject) => {
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
    ["somebody else's password", "robot:b:ack:up"],
    ["a name that nobody has", "nobody:open sesame"],
    ["a name in other letters", "Robot:open sesame"],
    ["no password", "robot:"],
    ["no name", ":open sesame"],
    ["no colon", "robot"],
    ["nothing", ""],
    ["the hash itself", robot],
    ["a name of every object", "__proto__:x"],
  ])("refuses %s", async (_, credentials) => {
    const answer = await verify("repo.example.com", credentials, { headers: navigation });

    expect(answer).toMatchObject({ status: 401, body: '{"error":"invalid_password"}' });
    expect(answer.headers["www-authenticate"]).toBe(challenge);
    expect(answer.headers["x-auth-request-user"]).toBeUndefined();
    expect(answer.headers.location).toBeUndefined();
  });

  it("refuses two Authorization headers", async () => {
    const both = [basic("robot:open sesame"), basic("robot:open sesame")];

    const answer = await verify("repo.example.com", undefined, {
      headers: { Authorization: both },
    });

    expect(answer.status).toBe(401);
  });

  it("asks programs for a password and sends browsers to sign in", async () => {
    const program = await verify("repo.example.com");
    const browser = await verify("repo.example.com", undefined, { headers: navigation });

    expect(program).toMatchObject({ status: 401, headers: { "www-authenticate": challenge } });
    expect(browser.status).toBe(302);
    expect(browser.headers["www-authenticate"]).toBeUndefined();
  });

  it("speaks to nginx in empty answers", async () => {
    const good = await verify("repo.example.com", "robot:open sesame", { dialect: "original" });
    const bad = await verify("repo.example.com", "robot:x", { dialect: "original" });

    expect(good.status).toBe(200);
    expect(bad).toMatchObject({
      status: 401,
      body: "",
      headers: { "www-authenticate": challenge },
    });
  });

  it("keeps to the policy: subjects, or everybody of the file by provider", async () => {
    expect((await verify("some.example.com", "robot:open sesame")).status).toBe(403);
    expect((await verify("strict.example.com", "robot:open sesame")).status).toBe(403);
    expect((await verify("any.example.com", "robot:open sesame")).status).toBe(200);
  });

  it("leaves a token in the place of a password to the rule's bearer", async () => {
    const token = await verify("both.example.com", "x-access-token:aaa.bbb.ccc");
    const password = await verify("both.example.com", "robot:open sesame");

    expect(token.headers["www-authenticate"]).toBe(
      'Bearer realm="doorward", error="invalid_token"',
    );
    expect(password.status).toBe(200);
  });

  it("is the only kind that takes a password", async () => {
    const answer = await verify("app.example.com", "robot:open sesame");

    expect(answer).toMatchObject({ status: 401, body: '{"error":"sign_in_required"}' });
    expect(answer.headers["www-authenticate"]).toBeUndefined();
  });
});

describe("tries that fail", () => {
  const fail = (address: string, index: number, extra: Extra = {}) =>
    verify("repo.example.com", `robot:guess ${index}`, { ...extra, address });

  it("are ten a minute for an address, and then even the right password has to wait", async () => {
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

  it("lock nobody out for an hour when the clock is set back", async () => {
    for (let index = 0; index < 10; index++) await fail("203.0.113.30", index);
    clock -= 60 * 60_000;

    const address = "203.0.113.30";
    expect((await verify("repo.example.com", "robot:open sesame", { address })).status).toBe(200);
  });

  it("count for the whole network of an IPv6 visitor, and for no other", async () => {
    for (let index = 0; index < 10; index++) await fail(`2001:db8:0:1::${index + 1}`, index);

    expect((await fail("2001:db8:0:1:ffff::1", 11)).status).toBe(429);
    expect((await fail("2001:db8:0:2::1", 11)).status).toBe(401);
  });

  it("count by the address that a proxy of ours saw, and not by what a visitor wrote", async () => {
    for (let index = 0; index < 10; index++) await fail(`198.51.100.${index}, 203.0.113.20`, index);

    expect((await fail("198.51.100.99, 203.0.113.20", 11)).status).toBe(429);
  });

  it("are not those that succeed", async () => {
    for (let index = 0; index < 15; index++) {
      writeUsers(robot, `# ${index}`); // a new file, so that the password is checked anew
      clock += 1_100;
      expect((await verify("repo.example.com", "robot:open sesame")).status).toBe(200);
    }
  });
});

describe("the file of users", () => {
  it("is read anew when it changes: whoever is gone is refused, whoever is new may pass", async () => {
    await verify("repo.example.com", "robot:open sesame");
    writeUsers(`robot:${hashSync("another", 4)}`);
    clock += 1_100;

    expect((await verify("repo.example.com", "robot:open sesame")).status).toBe(401);
    expect((await verify("repo.example.com", "robot:another")).status).toBe(200);
    expect((await verify("repo.example.com", "backup:b:ack:up")).status).toBe(401);
  });

  it("is read anew though the clock was set back: whoever is gone does not pass for an hour more", async () => {
    await verify("repo.example.com", "robot:open sesame");
    clock -= 60 * 60_000;
    writeUsers(backup);
    await verify("repo.example.com", "backup:b:ack:up");
    clock += 1_100;

    expect((await verify("repo.example.com", "robot:open sesame")).status).toBe(401);
  });

  it.each([
    ["is faulty", () => writeUsers(robot, "eve:plain")],
    ["is gone", () => rmSync(file)],
  ])("keeps its last good state when it %s, and the log says why", async (_, spoil) => {
    spoil();
    clock += 1_100;

    expect((await verify("repo.example.com", "robot:open sesame")).status).toBe(200);
    expect((await verify("repo.example.com", "eve:plain")).status).toBe(401);
    expect(JSON.stringify(doorward?.events)).toContain(
      "changed files rejected; still using the previous contents",
    );
  });

  it.each([
    ["MD5 of Apache", "eve:$apr1$abcdefgh$0123456789012345678901"],
    ["SHA-1", "eve:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g="],
    ["crypt", "eve:rqXexS6ZhobKA"],
    ["SHA-512 crypt", "eve:$6$abc$defdefdefdefdef"],
    ["a plain password", "eve:secret-of-eve"],
    ["argon2i", "eve:$argon2i$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0c2FsdA"],
    ["argon2id for 4 GiB", `eve:${argon2id("x").replace("m=64", "m=4194304")}`],
    ["bcrypt at a cost of hours", `eve:${hashSync("x", 4).replace("$04$", "$31$")}`],
    ["half a bcrypt hash", `eve:${hashSync("x", 4).slice(0, 30)}`],
    ["no hash", "eve"],
    ["no name", `:${hashSync("x", 4)}`],
    ["a name for the second time", `robot:${hashSync("x", 4)}`],
  ])("stops the start at its line, without showing it: %s", async (_, line) => {
    writeUsers(robot, line);

    const fault = await start().then(
      () => undefined,
      (error: unknown) => error,
    );

    expect(fault).toBeInstanceOf(ConfigError);
    expect(String(fault)).toContain("line 2:");
    expect(String(fault)).not.toContain(line.slice(line.indexOf(":") + 1));
  });

  it("stops the start when it is not there", async () => {
    rmSync(file);

    await expect(start()).rejects.toThrow(ConfigError);
  });
});
