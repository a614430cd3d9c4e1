import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../../providers/api.ts";
import { providers } from "../../providers/registry.ts";
import { ConfigError } from "../../server/config/faults.ts";
import type { ProviderConfig } from "../../server/config/schema.ts";
import {
  authenticationFault,
  createOpenAuthentication,
  noAuthentication,
  secretAuthentication,
} from "../../server/sign-in/client-authentication.ts";
import { createDirectory } from "../../server/sign-in/directory.ts";
import { capturingLog } from "../peers/capturing-log.ts";
import { configOf } from "../peers/doorward.ts";

const issuer = "https://id.example.com";
const folder = mkdtempSync(join(tmpdir(), "doorward-files-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, "client.txt");
const pem = (curve: string) =>
  generateKeyPairSync("ec", { namedCurve: curve })
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString();
const assertion = `h.${Buffer.from('{"sub":"door"}').toString("base64url")}.s`;

beforeEach(() => writeFileSync(file, pem("P-256")));
afterEach(() => vi.unstubAllGlobals());

function settingsOf(settings: object): ProviderConfig {
  const written = { type: "oidc", issuer, clientId: "door", ...settings };
  const { providers: read } = configOf({
    url: "https://app.example.com",
    providers: { company: written },
    access: { anyone: true },
  });
  if (read.company === undefined) throw new Error("no provider");
  return read.company;
}

function open(settings: object) {
  const own = settingsOf(settings);
  const provider = providers.get(own.type ?? "");
  if (provider === undefined) throw new Error("no provider");
  return createOpenAuthentication(capturingLog().log, () => undefined)("company", provider, own);
}

/** The form that the client authenticates with, at an issuer with this metadata. */
async function formOf({ ofIssuer }: ReturnType<typeof open>, more: object = {}) {
  const metadata = { issuer, token_endpoint: `${issuer}/token`, ...more };
  const form = new URLSearchParams();
  const headers = new Headers();
  await ofIssuer(metadata)(metadata, { client_id: "door" }, form, headers);
  return { ...Object.fromEntries(form), ...Object.fromEntries(headers) };
}

const payload = (jwt = "") =>
  JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString());
const head = (jwt = "") => JSON.parse(Buffer.from(jwt.split(".")[0] ?? "", "base64url").toString());
const jwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

describe("a client authenticates", () => {
  it("with a secret, in the header unless the issuer supports only the form", async () => {
    const secret = open({ clientSecret: "shh" });
    const post = { token_endpoint_auth_methods_supported: ["client_secret_post"] };
    const basic = { authorization: `Basic ${btoa("door:shh")}` };

    expect(secret.method).toBeUndefined();
    expect(await formOf(secret)).toEqual(basic);
    expect(
      await formOf(secret, { token_endpoint_auth_methods_supported: ["client_secret_basic"] }),
    ).toEqual(basic);
    expect(await formOf(secret, post)).toEqual({ client_id: "door", client_secret: "shh" });
  });

  it.each<[unknown, string]>([
    [undefined, "client_secret_basic"],
    [[], "client_secret_basic"],
    [["client_secret_basic"], "client_secret_basic"],
    [["client_secret_post", "client_secret_basic"], "client_secret_basic"],
    [["client_secret_post"], "client_secret_post"],
    [["client_secret_post", "private_key_jwt"], "client_secret_post"],
    [["private_key_jwt"], "client_secret_basic"],
    ["client_secret_post", "client_secret_basic"],
    [null, "client_secret_basic"],
    [7, "client_secret_basic"],
    [[7, "client_secret_post"], "client_secret_basic"],
  ])("with a secret at an issuer that lists %j by %s", async (listed, method) => {
    const metadata = { token_endpoint_auth_methods_supported: listed as string[] };
    const form = await formOf(open({ clientSecret: "shh" }), metadata);
    const configured = open({ clientSecret: "shh", clientAuthentication: "client_secret_post" });

    expect(Object.keys(form).includes("authorization")).toBe(method === "client_secret_basic");
    expect(secretAuthentication("shh").methodAt({ issuer, ...metadata })).toBe(method);
    expect(configured.methodAt({ issuer, ...metadata })).toBe("client_secret_post");
  });

  it("with a secret by the method that is configured", async () => {
    const post = open({ clientSecret: "shh", clientAuthentication: "client_secret_post" });

    expect(post.method).toBe("client_secret_post");
    expect(await formOf(post)).toEqual({ client_id: "door", client_secret: "shh" });
  });

  it("with nothing, as a public client", async () => {
    const none = open({ clientAuthentication: "none" });

    expect(none.method).toBe("none");
    expect(await formOf(none)).toEqual({ client_id: "door" });
  });

  it("with an assertion in a file", async () => {
    writeFileSync(file, `${assertion}\n`);
    const fromFile = open({ clientAssertionFile: file });

    expect(fromFile.method).toBe("private_key_jwt");
    expect(await formOf(fromFile)).toEqual({
      client_id: "door",
      client_assertion_type: jwtBearer,
      client_assertion: assertion,
    });
  });

  it("with an assertion signed by its key, for the issuer", async () => {
    const signed = open({ clientKeyFile: file, clientKeyId: "k-1" });
    const form = await formOf(signed);

    expect(signed.method).toBe("private_key_jwt");
    expect(form.client_assertion_type).toBe(jwtBearer);
    expect(head(form.client_assertion)).toMatchObject({ alg: "ES256", kid: "k-1" });
    expect(payload(form.client_assertion)).toMatchObject({ iss: "door", sub: "door", aud: issuer });
  });

  it("with an assertion for the token endpoint where that is configured, and the kid of its JWK", async () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    writeFileSync(file, JSON.stringify({ ...privateKey.export({ format: "jwk" }), kid: "k-2" }));
    const signed = open({ clientKeyFile: file, clientAssertionAudience: "token_endpoint" });
    const algorithms = { token_endpoint_auth_signing_alg_values_supported: ["Ed25519"] };
    const { client_assertion: jwt } = await formOf(signed, algorithms);

    expect(head(jwt)).toMatchObject({ alg: "Ed25519", kid: "k-2" });
    expect(payload(jwt).aud).toBe(`${issuer}/token`);
    expect(head((await formOf(open({ clientKeyFile: file }))).client_assertion).alg).toBe("EdDSA");
  });

  it("with an assertion without a kid if its key has none", async () => {
    expect(head((await formOf(open({ clientKeyFile: file }))).client_assertion)).not.toHaveProperty(
      "kid",
    );
  });

  it("with a secret made of its key at Apple", async () => {
    const apple = open({
      type: "apple",
      issuer: undefined,
      clientKeyFile: file,
      clientKeyId: "k-1",
      clientTeamId: "t-1",
    });
    vi.stubGlobal("Date", SteppingDate);
    const form = await formOf(apple);
    const { iat, exp, ...claims } = payload(form.client_secret);

    expect(apple.method).toBe("client_secret_post");
    expect(form.client_id).toBe("door");
    expect(head(form.client_secret)).toEqual({ alg: "ES256", kid: "k-1" });
    expect([claims, exp - iat]).toEqual([{ iss: "t-1", sub: "door", aud: issuer }, 300]);
  });
});

/** A clock on which a second passes between any two looks at it. */
class SteppingDate extends Date {
  static #looks = 0;

  constructor(...given: [] | [number]) {
    super(given[0] ?? Date.now() + 1_000 * SteppingDate.#looks++);
  }
}

describe("a file of a client is refused with its setting and its path", () => {
  function faultOf(settings: object): string {
    try {
      open(settings);
      return "";
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return error.faults.map(({ path, message }) => `${path}: ${message}`).join();
    }
  }

  it("if it cannot be read", () => {
    expect(faultOf({ clientKeyFile: join(folder, "missing") })).toMatch(
      /^providers\.company\.clientKeyFile: .*missing cannot be read: ENOENT/,
    );
  });

  it.each([
    [{ clientKeyFile: file }, "clientKeyFile", "contains neither a private key in PEM"],
    [
      { clientAssertionFile: file },
      "clientAssertionFile",
      "does not contain a signed token (a JWT)",
    ],
  ])("if it has other contents (%#)", (settings, option, fault) => {
    writeFileSync(file, "secret");

    expect(faultOf(settings)).toBe(
      `providers.company.${option}: ${file} ${fault}${option === "clientKeyFile" ? " (-----BEGIN PRIVATE KEY-----) nor a JWK" : ""}`,
    );
  });

  it("if Apple does not accept its key", () => {
    writeFileSync(file, pem("P-384"));
    const settings = {
      type: "apple",
      issuer: undefined,
      clientKeyFile: file,
      clientKeyId: "k",
      clientTeamId: "t",
    };

    expect(faultOf(settings)).toContain(
      "the client's key signs with ES384, but the issuer accepts only ES256",
    );
  });

  it.each(["no certificate", pem("P-256")])("if its certificate is none (%#)", (certificate) => {
    const certificateFile = join(folder, "certificate.pem");
    writeFileSync(certificateFile, certificate);

    expect(faultOf({ clientCertificateFile: certificateFile, clientKeyFile: file })).toBe(
      `providers.company.clientCertificateFile: ${certificateFile} contains no certificate in PEM (-----BEGIN CERTIFICATE-----)`,
    );
  });
});

describe("an issuer rejects a client by its metadata", () => {
  const faultOf = (
    authentication: ReturnType<typeof open>,
    taken?: string[],
    algorithms?: string[],
  ) =>
    authenticationFault(
      authentication,
      {
        issuer,
        ...(taken && { token_endpoint_auth_methods_supported: taken }),
        ...(algorithms && { token_endpoint_auth_signing_alg_values_supported: algorithms }),
      },
      "door",
    );

  it("if it does not list its method", async () => {
    expect(await faultOf(secretAuthentication("shh", "client_secret_post"), ["a", "b"])).toBe(
      'the client authenticates with client_secret_post, but the issuer accepts only "a, b": doorward supports none of them, so change the client\'s registration there',
    );
    expect(
      await faultOf(secretAuthentication("shh"), ["client_secret_jwt", "private_key_jwt", "none"]),
    ).toBe(
      'the client authenticates with client_secret_basic, but the issuer accepts only "client_secret_jwt, private_key_jwt, none": register the client for one of these, and set `clientAuthentication`: private_key_jwt',
    );
  });

  it("not if it lists none, or the method, or for a public client", async () => {
    expect(await faultOf(secretAuthentication("shh", "client_secret_post"))).toBeUndefined();
    expect(
      await faultOf(secretAuthentication("shh", "client_secret_post"), ["client_secret_post"]),
    ).toBeUndefined();
    expect(await faultOf(secretAuthentication("shh"), ["client_secret_post"])).toBeUndefined();
    expect(await faultOf(secretAuthentication("shh"), [])).toBeUndefined();
    expect(await faultOf(noAuthentication, ["client_secret_basic"])).toBeUndefined();
  });

  it("if it accepts none of the key's algorithms", async () => {
    expect(await faultOf(open({ clientKeyFile: file }), ["private_key_jwt"], ["RS256"])).toBe(
      "the client's key signs with ES256, but the issuer accepts only RS256 (client_rejected)",
    );
  });
});

describe("the directory of a provider", () => {
  const google = providers.get("google");
  if (google === undefined) throw new Error("no provider google");
  const directory = { serviceAccountFile: file, admin: "admin@example.com", groups: undefined };
  const base = "https://directory.example.com";
  const requests: string[] = [];
  const fetch = async (url: string) => {
    requests.push(url);
    return Response.json({ access_token: "d-1", expires_in: 3_600, groups: [] });
  };
  const parts = { fetch, now: Date.now };
  const opened = (changes: object = {}, at: string | undefined = base) =>
    createDirectory(
      "company",
      google,
      { ...settingsOf({ clientSecret: "shh" }), directory, ...changes } as ProviderConfig,
      at,
      parts,
    );

  beforeEach(() => {
    requests.length = 0;
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
    const key = {
      type: "service_account",
      client_email: "door@project.example",
      private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
      token_uri: "https://oauth2.googleapis.com/token",
    };
    writeFileSync(file, JSON.stringify(key));
  });

  it("is absent without its settings, without an API, and at a provider without one", () => {
    expect(opened({ directory: undefined })).toBeUndefined();
    expect(
      createDirectory("company", google, { directory, endpoints: {} } as never, undefined, parts),
    ).toBeUndefined();
    expect(
      createDirectory(
        "company",
        { ...google, directoryScopes: undefined } as never,
        { directory, endpoints: {} } as never,
        base,
        parts,
      ),
    ).toBeUndefined();
  });

  it("is read with one token for each person", async () => {
    const api = opened()?.open();

    expect(await api?.("/groups")).toMatchObject({ status: 200 });
    await api?.("/more");
    expect(requests).toEqual([
      "https://oauth2.googleapis.com/token",
      `${base}/groups`,
      `${base}/more`,
    ]);
  });

  it("has a key that is checked, and a grant", async () => {
    await expect(opened()?.checkKey()).resolves.toBeUndefined();
    await expect(opened()?.checkGrant()).resolves.toBeUndefined();
    expect(requests).toHaveLength(1);
    writeFileSync(file, "{}");

    await expect(opened()?.checkKey()).rejects.toMatchObject({
      name: "ConfigError",
      faults: [
        {
          path: "providers.company.directory.serviceAccountFile",
          message: expect.stringContaining("is not the key file of a service account: check type"),
        },
      ],
    });
    await expect(opened()?.checkGrant()).rejects.toBeInstanceOf(ApiError);
  });
});
