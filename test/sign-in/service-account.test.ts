import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { ApiError } from "../../providers/api.ts";
import { createServiceAccount, readKey } from "../../server/sign-in/service-account.ts";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const folder = mkdtempSync(join(tmpdir(), "doorward-account-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, "key.json");

const key = {
  type: "service_account",
  client_email: "door@project.example",
  private_key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  private_key_id: "k-1",
  token_uri: "https://oauth2.googleapis.com/token",
};
const write = (changes: object = {}) => writeFileSync(file, JSON.stringify({ ...key, ...changes }));

let clock = { now: 0 };
let requests: { url: string; form: URLSearchParams; init: object }[];
let reply: () => Promise<Response>;
const granted = (token = "t-1", expires = 3_600) =>
  Response.json({ access_token: token, expires_in: expires });

beforeEach(() => {
  write();
  clock = { now: 1_700_000_000_500 };
  requests = [];
  reply = async () => granted(`t-${requests.length}`);
});

const fetch = async (url: string, init: object) => {
  const { body, ...rest } = init as { body: URLSearchParams };
  requests.push({ url, form: body, init: rest });
  return reply();
};
const account = (changes: { scopes?: string[]; tokenEndpoint?: string } = {}) => ({
  file,
  admin: "admin@example.com",
  scopes: ["read"],
  tokenEndpoint: undefined,
  fetch,
  now: () => clock.now,
  ...changes,
});

async function failure(changes: Parameters<typeof account>[0] = {}): Promise<ApiError> {
  const found: unknown = await createServiceAccount(account(changes))().catch(
    (error: unknown) => error,
  );
  if (found instanceof ApiError) return found;
  throw new Error("no ApiError");
}

describe("a service account", () => {
  it("gets a token by an assertion of its key (RFC 7523)", async () => {
    expect(await createServiceAccount(account())()).toBe("t-1");

    const [request] = requests;
    const assertion = request?.form.get("assertion") ?? "";
    expect(request).toMatchObject({
      url: key.token_uri,
      init: {
        method: "POST",
        headers: { Accept: "application/json" },
        signal: expect.any(AbortSignal),
      },
    });
    expect(request?.form.get("grant_type")).toBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
    expect(decodeProtectedHeader(assertion)).toEqual({ alg: "RS256", typ: "JWT", kid: "k-1" });
    expect(decodeJwt(assertion)).toEqual({
      iss: key.client_email,
      sub: "admin@example.com",
      aud: key.token_uri,
      scope: "read",
      iat: 1_700_000_000,
      exp: 1_700_000_600,
    });
  });

  it("names no key if its file names none", async () => {
    write({ private_key_id: undefined });
    await createServiceAccount(account())();

    expect(decodeProtectedHeader(requests[0]?.form.get("assertion") ?? "")).toEqual({
      alg: "RS256",
      typ: "JWT",
    });
  });

  it("keeps a token until a minute before it expires, for all who ask at once", async () => {
    const token = createServiceAccount(account());

    expect(await Promise.all([token(), token()])).toEqual(["t-1", "t-1"]);
    clock.now += 3_540_000 - 1;
    expect(await token()).toBe("t-1");
    clock.now += 1;
    expect(await token()).toBe("t-2");
    expect(requests).toHaveLength(2);
  });

  it("asks again after a failure", async () => {
    const token = createServiceAccount(account());
    reply = async () => new Response("", { status: 500 });
    await expect(token()).rejects.toThrow("got no token: 500");
    reply = async () => granted();

    expect(await token()).toBe("t-1");
  });

  it("tries its scopes in turn, until one is granted", async () => {
    reply = async () =>
      requests.length === 1
        ? Response.json({ error: "unauthorized_client" }, { status: 401 })
        : granted();

    expect(await createServiceAccount(account({ scopes: ["all", "read", "more"] }))()).toBe("t-1");
    expect(requests.map(({ form }) => decodeJwt(form.get("assertion") ?? "").scope)).toEqual([
      "all",
      "read",
    ]);
  });

  it("tries no other scope after a failure that a retry may mend", async () => {
    reply = async () => new Response("", { status: 503 });

    expect((await failure({ scopes: ["all", "read"] })).isTransient).toBe(true);
    expect(requests).toHaveLength(1);
  });
});

describe("a service account gets no token", () => {
  it.each<[() => Promise<Response>, number | undefined, string]>([
    [
      async () => Response.json({ error: "invalid_grant" }, { status: 400 }),
      400,
      "got no token: 400 invalid_grant",
    ],
    [async () => new Response("<html>", { status: 403 }), 403, "got no token: 403"],
    [async () => Response.json({ access_token: "", expires_in: 1 }), 200, "got no token: 200"],
    [async () => Response.json({ access_token: "t" }), 200, "got no token: 200"],
    [
      async () => Response.json({ access_token: "t", expires_in: 9 }, { status: 201 }),
      201,
      "got no token: 201",
    ],
    [() => Promise.reject(new TypeError("x")), undefined, `got no response from ${key.token_uri}`],
  ])("from such a response (%#)", async (answer, status, message) => {
    reply = answer;
    const error = await failure();

    expect([error.status, error.message]).toEqual([
      status,
      `the service account ${key.client_email} ${message}`,
    ]);
  });

  it("without a scope", async () => {
    expect(await failure({ scopes: [] })).toMatchObject({
      status: 200,
      message: "no scope is configured for the service account",
    });
  });

  it("without a usable key file", async () => {
    writeFileSync(file, "{");

    expect(await failure()).toMatchObject({
      status: 200,
      message: `${file} is not the key file of a service account: check its JSON`,
    });
    expect(requests).toEqual([]);
  });
});

describe("the key file of a service account", () => {
  it.each([
    [{ type: "authorized_user", client_email: 1 }, "check type, client_email"],
    [{ private_key: "secret" }, "has a private_key that is not PKCS #8 in PEM"],
    [
      { token_uri: "https://evil.example/token" },
      "has a token_uri that is not Google's: if this is",
    ],
    [{ token_uri: "http://oauth2.googleapis.com/token" }, "not Google's"],
    [{ token_uri: "https://x@oauth2.googleapis.com/token" }, "not Google's"],
    [{ token_uri: "https://oauth2.googleapis.com:8443/token" }, "not Google's"],
    [{ token_uri: "nowhere" }, "not Google's"],
  ])("is refused with %j", async (changes, fault) => {
    write(changes);

    await expect(readKey(account())).rejects.toThrow(fault);
    await expect(readKey(account())).rejects.toThrow(file);
    await expect(readKey(account())).rejects.not.toThrow("secret");
  });

  it.each([
    "https://www.googleapis.com/oauth2/v4/token",
    "https://accounts.google.com/o/oauth2/token",
  ])("may name %s", async (address) => {
    write({ token_uri: address });

    expect(await readKey(account())).toMatchObject({ token_uri: address });
  });

  it("may name the address that is configured", async () => {
    const address = "https://token.example.com/";
    write({ token_uri: address });

    expect(await readKey(account({ tokenEndpoint: address }))).toMatchObject({
      token_uri: address,
    });
  });
});
