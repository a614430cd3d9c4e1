import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ConfigError } from "../../server/config/faults.ts";
import { checkConfig } from "../../server/config/load.ts";
import { testSecret } from "../peers/doorward.ts";

const good = {
  url: "https://auth.example.com",
  secret: testSecret,
  providers: { google: { clientId: "id", clientSecret: "shh" } },
  access: { anyone: true },
};
type Environment = Record<string, string>;
const load = (environment: Environment, file: object = {}) =>
  checkConfig("doorward.yaml", { ...good, ...file }, environment);

function messageOf(environment: Environment, file: object = {}): string {
  try {
    load(environment, file);
    return "";
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

const folder = mkdtempSync(join(tmpdir(), "doorward-test-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
function fileOf(text: string): string {
  const path = join(folder, String(files++));
  writeFileSync(path, text);
  return path;
}

const google = "DOORWARD_PROVIDERS_GOOGLE";
const leak = "TOPSECRETVALUE0123456789";

describe("a variable for a path", () => {
  const key = fileOf(JSON.stringify({ type: "service_account", private_key: leak }));
  const htpasswd = fileOf(`ada:${leak}\n`);

  it.each<[string, Environment, object, object]>([
    [
      "a service account's key",
      {
        [`${google}_DIRECTORY_SERVICE_ACCOUNT_FILE`]: key,
        [`${google}_DIRECTORY_ADMIN`]: "admin@example.com",
      },
      {},
      { providers: { google: { directory: { serviceAccountFile: key } } } },
    ],
    [
      "a file of passwords",
      { DOORWARD_USERS_FILE: htpasswd },
      { rules: [{ basic: true, allow: "signed-in" }] },
      { users: htpasswd },
    ],
    [
      "a client's key",
      { [`${google}_CLIENT_KEY_FILE_FILE`]: key },
      { providers: { google: { clientId: "id" } } },
      { providers: { google: { clientKeyFile: key } } },
    ],
  ])(
    "of %s sets that path, also under a name that ends in _FILE",
    (_, environment, file, expected) => {
      expect(load(environment, file)).toMatchObject(expected);
    },
  );

  it.each<[string, Environment]>([
    [
      "a service account's key",
      { [`${google}_DIRECTORY_SERVICE_ACCOUNT_FILE`]: JSON.stringify({ private_key: leak }) },
    ],
    ["a file of passwords", { DOORWARD_USERS: `ada:${leak}\nbob:${leak}` }],
  ])("is rejected if it contains %s itself, without showing it", (_, environment) => {
    const message = messageOf(environment);

    expect(message).toContain("looks like the file's contents; give its path");
    expect(message).not.toContain(leak);
  });
});

describe("a value from a file that a variable names", () => {
  it.each<[string, string, object]>([
    ["DOORWARD_SECRET_FILE", leak, { secret: undefined }],
    ["DOORWARD_URL_FILE", `http://${leak}`, {}],
    ["DOORWARD_URL_FILE", leak, {}],
    ["DOORWARD_SIGN_OUT_FILE", leak, {}],
    ["DOORWARD_STORAGE_DRIVER_FILE", leak, {}],
    ["DOORWARD_STORAGE_TLS_KEY_FILE", leak, { storage: { driver: "redis", url: "redis://a" } }],
    ["DOORWARD_LISTEN_PORT_FILE", "7654321", {}],
    ["DOORWARD_ACCESS_EMAILS_FILE", `ada@example.com, ${leak}`, { access: undefined }],
    ["DOORWARD_ALLOWED_REDIRECTS_FILE", `["https://${leak}"]`, {}],
    ["DOORWARD_ACCESS_FILE", JSON.stringify({ domains: [leak] }), { access: undefined }],
    ["DOORWARD_ACCESS_FILE", `{"domains": ["${leak}"`, { access: undefined }],
    ["DOORWARD_COOKIE_DOMAIN_FILE", `${leak}\n"-----\n`, {}],
    [`${google}_TYPE_FILE`, leak, {}],
    [`${google}_CLIENT_AUTHENTICATION_FILE`, leak, {}],
    [`${google}_LABEL_FILE`, JSON.stringify({ private_key: leak }), { url: "x" }],
    [`${google}_DIRECTORY_FILE`, JSON.stringify({ admin: { private_key: leak } }), {}],
    [`${google}_FILE`, leak, {}],
    [`${google}_CLIENT_ID_FILE`, JSON.stringify({ private_key: leak }), { url: "x" }],
  ])("by %s does not appear in a fault: %s", (variable, text, file) => {
    const message = messageOf({ [variable]: fileOf(text) }, file);

    expect(message).not.toBe("");
    for (const value of [leak, leak.toLowerCase(), "7654321"]) expect(message).not.toContain(value);
  });

  it("stays text for a text setting, even if it looks like JSON", () => {
    const [text, label] = [JSON.stringify({ a: 1 }), '["a"]'];

    const { providers } = load({
      [`${google}_CLIENT_SECRET_FILE`]: fileOf(text),
      [`${google}_LABEL`]: label,
    });

    expect(providers.google).toMatchObject({ clientSecret: text, label });
  });

  it("is reported as unreadable without the file's name, which may be the secret", () => {
    const message = messageOf({ [`${google}_CLIENT_SECRET_FILE`]: leak });

    expect(message).toContain(`${google}_CLIENT_SECRET_FILE: names a file that cannot be read`);
    expect(message).toContain("ENOENT");
    expect(message).not.toContain(leak);
  });
});

describe("a variable for one or more values", () => {
  const bitbucket = { providers: { bitbucket: { clientId: "id", clientSecret: "shh" } } };
  const gitlab = { providers: { gitlab: { clientId: "id", clientSecret: "shh" } } };
  const tenants = ["11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-000000000000"];
  const issuer = "https://login.microsoftonline.com/organizations/v2.0";
  const entra = { providers: { "entra-id": { issuer, clientId: "id", clientSecret: "shh" } } };

  it.each<[string, string, object, object]>([
    [
      `${google}_DIRECTORY_GROUPS`,
      "a@example.com,b@example.com",
      {
        providers: {
          google: {
            ...good.providers.google,
            directory: { serviceAccountFile: "/sa.json", admin: "admin@example.com" },
          },
        },
      },
      { google: { directory: { groups: ["a@example.com", "b@example.com"] } } },
    ],
    [`${google}_AUDIENCE`, "one, two", {}, { google: { audience: ["one", "two"] } }],
    [`${google}_AUDIENCE`, "one", {}, { google: { audience: ["one"] } }],
    [`${google}_AUDIENCE`, '["one,two", "x"]', {}, { google: { audience: ["one,two", "x"] } }],
    [
      "DOORWARD_PROVIDERS_BITBUCKET_REPOSITORIES",
      "acme/one,acme/two",
      bitbucket,
      { bitbucket: { repositories: ["acme/one", "acme/two"] } },
    ],
    [
      "DOORWARD_PROVIDERS_GITLAB_PROJECTS",
      "acme/one=30,acme/two",
      gitlab,
      { gitlab: { projects: ["acme/one=30", "acme/two"] } },
    ],
    ["DOORWARD_PROVIDERS_ENTRA_ID_TENANTS", tenants.join(","), entra, { "entra-id": { tenants } }],
  ])("%s=%s is a list", (variable, text, file, expected) => {
    expect(load({ [variable]: text }, file).providers).toMatchObject(expected);
  });

  it.each([
    ["", "is empty"],
    [" , ", "is empty"],
    ['["one", two]', "is not valid JSON"],
  ])("rejects %j", (text, fault) => {
    expect(messageOf({ [`${google}_AUDIENCE`]: text })).toContain(fault);
  });

  it("does not split a secret at commas, and accepts several secrets as JSON", () => {
    const [one, two] = [`a,b{${testSecret}`, `[${testSecret}`];

    expect(load({ DOORWARD_SECRET: one }).secret).toEqual([one]);
    expect(load({ DOORWARD_SECRET: two }).secret).toEqual([two]);
    expect(load({ DOORWARD_SECRET_FILE: fileOf(one) }).secret).toEqual([one]);
    expect(load({ DOORWARD_SECRET: JSON.stringify([one, two]) }).secret).toEqual([one, two]);
  });

  it("accepts an address in brackets as its first value", () => {
    const environment = {
      DOORWARD_STORAGE_DRIVER: "redis",
      DOORWARD_STORAGE_CLUSTER: "[::1]:7000, [::1]:7001",
    };

    expect(load(environment).storage.cluster).toEqual(["[::1]:7000", "[::1]:7001"]);
  });
});
