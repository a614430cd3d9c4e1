import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { providers } from "../../providers/registry.ts";
import { checkConfig } from "../../server/config/load.ts";
import { fileText } from "../../server/config/file-text.ts";
import { fileWarnings } from "../../server/config/file-warnings.ts";
import { openUsers } from "../../server/credentials/users.ts";
import { readCertificate } from "../../server/serve/certificate.ts";
import { createOpenAuthentication } from "../../server/sign-in/client-authentication.ts";
import { readKey } from "../../server/sign-in/service-account.ts";
import { capturingLog } from "../peers/capturing-log.ts";
import { testSecret } from "../peers/doorward.ts";
import { runDoorward, settingsFor, startProcess, writeConfig } from "../peers/process.ts";
import { createCertificate } from "../peers/tls.ts";

const folder = mkdtempSync(join(tmpdir(), "doorward-file-text-"));
const mark = "\uFEFF";
let count = 0;

function file(text: string | Buffer): string {
  const path = join(folder, String(count++));
  writeFileSync(path, text);
  return path;
}

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = String(privateKey.export({ type: "pkcs8", format: "pem" }));
const settings = {
  url: "https://auth.example.com",
  secret: testSecret,
  providers: { company: { type: "oidc", issuer: "https://id.example.com", clientId: "door" } },
  access: { anyone: true },
};

describe("the text of a file", () => {
  it.each([
    ["sesame", "sesame", undefined],
    ["sesame\n", "sesame", undefined],
    ["sesame\r\n", "sesame", undefined],
    ["sesame ", "sesame", "white space at its end"],
    ["sesame\n\n", "sesame", "white space at its end"],
    ["sesame \t\r\n", "sesame", "white space at its end"],
    [`${mark}sesame`, "sesame", "a byte order mark at its start"],
    [`${mark}sesame\n`, "sesame", "a byte order mark at its start"],
    [`${mark}sesame \n`, "sesame", "a byte order mark at its start and white space at its end"],
    [`${mark}${mark}sesame`, `${mark}sesame`, "a byte order mark at its start"],
    [" ses ame", " ses ame", undefined],
    ["ses\names\n", "ses\names", undefined],
    ["", "", undefined],
    ["\n", "", undefined],
  ])("%j is %j", (written, text, leftOut) => {
    expect(fileText(Buffer.from(written))).toEqual({ text, leftOut });
  });

  it.each(["fffe", "feff"])("is not read from UTF-16 (%s)", (start) => {
    const bytes = Buffer.concat([Buffer.from(start, "hex"), Buffer.from("sesame", "utf16le")]);

    expect(() => fileText(bytes)).toThrow("is in UTF-16: save it as UTF-8");
    expect(() =>
      checkConfig("test", settings, { DOORWARD_STORAGE_PASSWORD_FILE: file(bytes) }),
    ).toThrow("DOORWARD_STORAGE_PASSWORD_FILE: names a file that is in UTF-16: save it as UTF-8");
  });
});

describe("a byte order mark and white space at the end have no effect", () => {
  const around = (text: string) => file(`${mark}${text} \n\n`);

  it("in a secret", () => {
    const variables = {
      DOORWARD_SECRET_FILE: around(testSecret),
      DOORWARD_PROVIDERS_COMPANY_CLIENT_SECRET_FILE: around("sesame"),
    };
    const { secret, providers: configured } = checkConfig("test", settings, variables);

    expect(secret).toEqual([testSecret]);
    expect(configured.company?.clientSecret).toBe("sesame");
  });

  it("in a private key, a JWK, a token and a users file", () => {
    const { log } = capturingLog();
    const oidc = providers.get("oidc");
    if (oidc === undefined) throw new Error("no provider oidc");
    const methodWith = (provider: object) => {
      const company = { ...settings.providers.company, ...provider };
      const config = checkConfig("test", { ...settings, providers: { company } }, {});
      const open = createOpenAuthentication(log, () => undefined);
      return config.providers.company && open("company", oidc, config.providers.company).method;
    };
    const jwk = JSON.stringify(privateKey.export({ format: "jwk" }));
    const token = `${btoa("{}")}.${btoa(JSON.stringify({ exp: 9e9 }))}.c2ln`;
    const users = openUsers(around(`ada:$2y$04$${"a".repeat(53)}`), log, Date.now);

    expect(methodWith({ clientKeyFile: around(pem) })).toBe("private_key_jwt");
    expect(methodWith({ clientKeyFile: around(jwk) })).toBe("private_key_jwt");
    expect(methodWith({ clientAssertionFile: around(token) })).toBe("private_key_jwt");
    expect([...(users.current() as ReadonlyMap<string, unknown>).keys()]).toEqual(["ada"]);
  });

  it("in a certificate and its key", () => {
    createCertificate(join(folder, "door"), ["localhost"]);
    const read = (kind: string) => readFileSync(join(folder, `door.${kind}`), "utf8");

    expect(() =>
      readCertificate({ cert: around(read("pem")), key: around(read("key")) }),
    ).not.toThrow();
  });

  it("in the key file of a service account", async () => {
    const key = {
      type: "service_account",
      client_email: "door@example.com",
      private_key: pem,
      token_uri: "https://oauth2.googleapis.com/token",
    };
    const account = { file: around(JSON.stringify(key)), tokenEndpoint: undefined };
    const others = { admin: "", scopes: [], now: Date.now, fetch: async () => new Response() };

    expect(await readKey({ ...account, ...others })).toMatchObject({ private_key: pem });
  });
});

describe("a warning names the file", () => {
  const warningsFor = (written: object, environment: Record<string, string> = {}) =>
    fileWarnings(checkConfig("test", { ...settings, ...written }, environment), environment);

  it("of a variable, a path and PEM", () => {
    const [key, users, cert, ca] = [
      file(`${mark}k`),
      file(`u \n`),
      file(`${mark}c`),
      file("c\n\n"),
    ];
    const secret = file(`${testSecret}\n\n`);
    const company = { ...settings.providers.company, clientKeyFile: key };
    const tls = { ca };
    const storage = { driver: "redis", url: "rediss://localhost", tls };
    const listen = { https: { cert, key: file(`${pem}\n`) } };
    const found = warningsFor(
      { users, listen, storage, providers: { company }, rules: [{ basic: true }] },
      { DOORWARD_SECRET_FILE: secret },
    );

    expect(found.map(({ setting, file: path }) => [setting, path])).toEqual([
      ["DOORWARD_SECRET_FILE", secret],
      ["providers.company.clientKeyFile", key],
      ["users", users],
      ["listen.https.cert", cert],
      ["listen.https.key", listen.https.key],
      ["storage.tls.ca", ca],
    ]);
    expect(found[1]?.message).toBe(
      "has a byte order mark at its start, which doorward leaves out: remove it",
    );
  });

  it.each([
    [` ${testSecret}`, "begins with white space, which is part of the value"],
    [`${testSecret}\nsecond`, "has several lines, which are one value together: leave one line"],
    [`${testSecret}\n`, undefined],
    [`[\n"${testSecret}"\n]\n`, undefined],
  ])("whose value may not be what was meant: %j", (written, message) => {
    const found = warningsFor({ secret: undefined }, { DOORWARD_SECRET_FILE: file(written) });

    expect(found.map((one) => one.message)).toEqual(message === undefined ? [] : [message]);
  });

  it("of several lines not if it holds PEM", () => {
    const https = { https: { cert: file("c\n") } };
    const environment = { DOORWARD_LISTEN_HTTPS_KEY_FILE: file(pem) };

    expect(warningsFor({ listen: https }, environment)).toEqual([]);
  });

  it("in the log of `serve`, and in `check`, without the contents", async () => {
    const path = file(`${mark}sesame-7 \n`);
    const environment = { DOORWARD_PROVIDERS_COMPANY_CLIENT_SECRET_FILE: path };
    const door = await startProcess(settingsFor, environment);
    const config = await writeConfig(settingsFor(4180));
    const { stdout } = await runDoorward(["check", "--config", config.path], environment);
    const message =
      "has a byte order mark at its start and white space at its end, which doorward leaves out: remove it";
    const setting = "DOORWARD_PROVIDERS_COMPANY_CLIENT_SECRET_FILE";

    expect(await door.logged(`a file ${message}`)).toMatchObject([
      { level: 40, file: path, setting },
    ]);
    expect(stdout).toContain(`WARN  ${setting}: ${path} ${message}`);
    expect(door.stdout() + stdout).not.toContain("sesame-7");
    await Promise.all([door.close(), config.remove()]);
  });
});
