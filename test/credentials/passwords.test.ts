import { hashSync } from "bcryptjs";
import { beforeEach, describe, expect, it } from "vitest";
import { createSite } from "../../server/config/site.ts";
import type { AuthenticateCredentials } from "../../server/credentials/authenticate-credentials.ts";
import { FailedTries } from "../../server/credentials/failed-tries.ts";
import { createPasswords } from "../../server/credentials/passwords.ts";
import { RightBefore } from "../../server/credentials/right-before.ts";
import { parseUsers, type UserList } from "../../server/credentials/users.ts";
import { RequestHeaders } from "../../server/forwarded/request-headers.ts";
import { compileRules } from "../../server/policy/rules.ts";
import { configOf } from "../peers/doorward.ts";

const names = ["ada", "bob", "eve", ...Array.from({ length: 40 }, (_, index) => `robot${index}`)];
const text = names.map((name) => `${name}:${hashSync("x", 4)}`).join("\n");
const home = "203.0.113.1";

let clock: number;
let list: UserList;
/** The checks that no worker has finished, in order. */
let unfinished: { password: string; finish(isRight: boolean | undefined): void }[];
let authenticate: AuthenticateCredentials;

beforeEach(() => {
  clock = 0;
  unfinished = [];
  list = parseUsers("users", text);
  authenticate = createPasswords({
    users: { current: () => list },
    tries: new FailedTries(() => clock),
    rightBefore: new RightBefore(),
    checkHash: ({ password }) => {
      const { promise, resolve } = Promise.withResolvers<boolean | undefined>();
      unfinished.push({ password, finish: resolve });
      return promise;
    },
    now: () => clock,
  });
});

const rules = compileRules(
  configOf({
    url: "https://auth.example.com",
    providers: { google: { clientId: "x" } },
    access: { anyone: true },
    users: "users",
    rules: [{ basic: true, allow: "signed-in" }],
  }).rules,
);
const site = createSite({ url: "https://auth.example.com", cookie: {} });

const asked = { method: "GET", scheme: "https", host: "app.example.com", uri: "/" } as const;

/** The outcome of a try, once its check is finished: "right", or the code of the rejection. */
async function tryOne(name: string, password: string, address = home): Promise<string> {
  const authorization = `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;
  const headers = new RequestHeaders(["Authorization", authorization]);
  const facts = { request: asked, address, provider: undefined, isPreflight: false };
  const request = { site, headers, limitedAddress: address, rules, facts };
  const result = await authenticate(request, authorization);
  if (result === undefined) return "left to the app";
  return "session" in result ? "right" : result.rejection.code;
}

/** Finishes all checks, each with whether its password is "right". */
async function finishAll(): Promise<void> {
  while (unfinished.length > 0) {
    for (const { password, finish } of unfinished.splice(0)) finish(password === "right");
    await new Promise(setImmediate);
  }
}

async function outcome(name: string, password: string, address = home): Promise<string> {
  const answer = tryOne(name, password, address);
  await finishAll();
  return answer;
}

/** Begins wrong tries, each from an address of its own, and leaves their checks unfinished. */
function flood(name: string, count = 100): Promise<string>[] {
  return Array.from({ length: count }, (_, index) =>
    tryOne(name, `guess ${index}`, `198.51.100.${index}`),
  );
}

describe("wrong passwords from everywhere", () => {
  it("take at most four places, and the others are rejected at once", async () => {
    const answers = flood("ada");

    expect(unfinished).toHaveLength(4);
    await finishAll();
    const codes = await Promise.all(answers);
    expect(codes.filter((code) => code === "invalid_password")).toHaveLength(4);
    expect(codes.filter((code) => code === "too_many_tries")).toHaveLength(96);
  });

  it("leave places for a network, more for a name there, and most for credentials that were right", async () => {
    await outcome("ada", "right");
    clock += 60_000;
    flood("bob");
    for (let index = 0; index < 10; index++) void tryOne(`unknown${index}`, "x", home);
    expect(unfinished).toHaveLength(6);
    for (let index = 0; index < 10; index++) void tryOne("ada", `mistyped ${index}`, home);
    expect(unfinished).toHaveLength(8);

    const elsewhere = tryOne("ada", "right", "192.0.2.1");

    expect(unfinished).toHaveLength(9);
    await finishAll();
    expect(await elsewhere).toBe("right");
  });

  it("do not lock the owner of the attacked name out", async () => {
    await outcome("ada", "right");
    for (let minute = 0; minute < 5; minute++) {
      clock += 60_000;
      const answers = flood("ada");
      expect(await outcome("ada", "right")).toBe("right");
      await Promise.all(answers);
    }
  });

  it("leave the credentials that were right sixteen places in all", async () => {
    for (const name of names) expect(await outcome(name, "right")).toBe("right");
    clock += 60_000;

    const answers = names.map((name) => tryOne(name, "right"));

    expect(unfinished).toHaveLength(16);
    await finishAll();
    const codes = await Promise.all(answers);
    expect(codes.filter((code) => code === "right")).toHaveLength(16);
    expect(codes.filter((code) => code === "too_many_tries")).toHaveLength(names.length - 16);
  });
});

describe("wrong passwords from one address", () => {
  const mistype = async (name: string, times = 11) => {
    for (let index = 0; index < times; index++) await outcome(name, `mistyped ${index}`);
  };

  it("of one person lock no other person at the same address out", async () => {
    await mistype("bob");

    expect(await outcome("bob", "right")).toBe("too_many_tries");
    expect(await outcome("ada", "right")).toBe("right");
  });

  it("do not stop the same person where the right password is still in use", async () => {
    await outcome("bob", "right");
    clock += 60_000;
    await mistype("bob");

    expect(await outcome("bob", "right")).toBe("right");
    expect(await outcome("bob", "another")).toBe("too_many_tries");
  });

  it("of many names do not stop a person who was right there before, with a new password too", async () => {
    await outcome("ada", "right");
    clock += 60_000;
    for (let index = 0; index < 60; index++) await outcome(`unknown${index}`, "x");

    expect(await outcome("eve", "right")).toBe("too_many_tries");
    expect(await outcome("ada", "new")).toBe("invalid_password");
    expect(await outcome("ada", "right")).toBe("right");
  });
});

it("credentials that were right once count as a guess after they are wrong once", async () => {
  await outcome("bob", "right");
  list = parseUsers("users", text); // so that the password is checked again
  const stale = tryOne("bob", "right");
  unfinished.shift()?.finish(false);
  expect(await stale).toBe("invalid_password");
  flood("ada");

  const answers = Array.from({ length: 10 }, (_, index) =>
    tryOne("bob", "right", `192.0.2.${index}`),
  );

  expect(unfinished).toHaveLength(4);
  await finishAll();
  expect(new Set(await Promise.all(answers))).toEqual(new Set(["too_many_tries"]));
});

it("a check that fails is no, and counts as no failed try", async () => {
  for (let index = 0; index < 20; index++) {
    const answer = tryOne("ada", "right");
    unfinished.shift()?.finish(undefined);
    expect(await answer).toBe("too_many_tries");
  }

  expect(await outcome("ada", "right")).toBe("right");
});

it("an unknown name is checked like a known one, and is never right", async () => {
  expect(await outcome("mallory", "right")).toBe("invalid_password");
});
