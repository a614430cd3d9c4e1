import * as v from "valibot";
import { expect, it } from "vitest";
import { loadConfig } from "../../server/config/load.ts";
import { resolvePaths } from "../../server/config/resolve-paths.ts";
import { schema } from "../../server/config/schema.ts";
import { path } from "../../server/values/leaves.ts";
import { settingsFor, writeConfig } from "../peers/process.ts";

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
  ["contents in the place of a path", { users: "ada:{SHA}x" }, { users: "ada:{SHA}x" }],
  ["no text", { users: 4, pages: ["a"] }, { users: 4, pages: ["a"] }],
  ["unknown keys", { usres: "users" }, { usres: "users" }],
])("resolves %s from the folder of the configuration file", (_, written, expected) => {
  expect(resolvePaths(schema, { ...written }, "/etc/gate")).toEqual(expected);
});

it("resolves the paths of a list", () => {
  const listing = v.object({ files: v.array(path) });

  const found = resolvePaths(listing, { files: ["one", "/srv/two"] }, "/etc/gate");

  expect(found).toEqual({ files: ["/etc/gate/one", "/srv/two"] });
});

it("leaves the path in a variable to the working directory", async () => {
  const file = await writeConfig(settingsFor(4180));

  const environment = { DOORWARD_PAGES_DIR: "pages" };
  const { pages } = loadConfig({ file: file.path, environment });
  await file.remove();

  expect(pages.dir).toBe("pages");
});
