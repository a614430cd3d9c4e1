import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as v from "valibot";
import { afterAll, describe, expect, it } from "vitest";
import { loadConfig } from "../../server/config/load.ts";
import { resolvePaths } from "../../server/config/resolve-paths.ts";
import { schema } from "../../server/config/schema.ts";
import { path } from "../../server/values/leaves.ts";
import { settingsFor } from "../peers/process.ts";

const pem = "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----";
const picture = "data:image/png;base64,iVBORw0KGgo=";

it.each<[string, object, object]>([
  ["a file of accounts", { users: "users" }, { users: "/etc/gate/users" }],
  ["a file of another folder", { users: "../users" }, { users: "/etc/users" }],
  ["an absolute path", { users: "/srv/users" }, { users: "/srv/users" }],
  [
    "a key of a provider",
    { providers: { company: { clientKeyFile: "keys/company.pem", clientId: "a" } } },
    { providers: { company: { clientKeyFile: "/etc/gate/keys/company.pem", clientId: "a" } } },
  ],
  [
    "a service account, deeper in a provider",
    { providers: { google: { directory: { serviceAccountFile: "account.json" } } } },
    { providers: { google: { directory: { serviceAccountFile: "/etc/gate/account.json" } } } },
  ],
  [
    "a certificate, and a key as PEM",
    { listen: { https: { cert: "tls/cert.pem", key: pem } } },
    { listen: { https: { cert: "/etc/gate/tls/cert.pem", key: pem } } },
  ],
  ["no certificate of a file", { listen: { https: true } }, { listen: { https: true } }],
  [
    "the authority of Redis",
    { storage: { driver: "redis", base: "gate", tls: { ca: "ca.pem" } } },
    { storage: { driver: "redis", base: "gate", tls: { ca: "/etc/gate/ca.pem" } } },
  ],
  [
    "a logo and a folder of pages",
    { pages: { logo: "logo.svg", dir: "pages" } },
    { pages: { logo: "/etc/gate/logo.svg", dir: "/etc/gate/pages" } },
  ],
  ["a logo in the file", { pages: { logo: picture } }, { pages: { logo: picture } }],
  ["a path with a colon", { users: "keys:v2/users" }, { users: "/etc/gate/keys:v2/users" }],
  [
    "a path with hyphens to a certificate",
    { storage: { tls: { ca: "a-----b/ca.pem" } } },
    { storage: { tls: { ca: "/etc/gate/a-----b/ca.pem" } } },
  ],
  ["no text", { users: 4, pages: ["a"] }, { users: 4, pages: ["a"] }],
  ["unknown keys", { usres: "users" }, { usres: "users" }],
])("resolves %s from the folder of the configuration file", (_, written, expected) => {
  const found = structuredClone(written);
  resolvePaths(schema, found, () => "/etc/gate");

  expect(found).toEqual(expected);
});

it("resolves the paths of a list", () => {
  const listing = v.object({ files: v.array(path) });

  const found = { files: ["one", "/srv/two"] };
  resolvePaths(listing, found, () => "/etc/gate");

  expect(found).toEqual({ files: ["/etc/gate/one", "/srv/two"] });
});

describe("the paths of a configuration", () => {
  const folder = mkdtempSync(join(tmpdir(), "doorward-paths-----"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("start at the folder of the file, and in a variable at the working directory", () => {
    const file = join(folder, "doorward.json");
    const pages = { logo: "logo.svg", dir: "pages" };
    writeFileSync(file, JSON.stringify({ ...settingsFor(4180), pages }));

    const config = loadConfig({ file, environment: { DOORWARD_PAGES_DIR: "pages" } });

    expect(config.pages).toMatchObject({ logo: join(folder, "logo.svg"), dir: resolve("pages") });
  });
});
