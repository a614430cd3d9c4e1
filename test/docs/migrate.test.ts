import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { migratePage, optionsOf } from "../../docs/migrate-tables.ts";
import { root } from "../../docs/source-files.ts";
import { options } from "../../server/tools/import/oauth2-proxy-options.ts";
import { traefikOptions } from "../../server/tools/import/traefik-options.ts";
import { vouchSettings } from "../../server/tools/import/vouch-names.ts";
import { imported } from "../tools/import/importing.ts";

const page = readFileSync(join(root, "docs/migrate.md"), "utf8");
const namesOf = (tool: string) => optionsOf(tool).map(({ name }) => name);

it("docs/migrate.md is up to date (`npm run docs`)", () => {
  expect(page).toBe(migratePage(page));
});

it("the tables have every option that the imports know, and no other", () => {
  const ofRules = ["action", "domains", "provider", "rule", "whitelist"];
  const rules = ofRules.map((part) => `rule.NAME.${part}`);

  expect(namesOf("oauth2-proxy")).toEqual([...options.keys()].toSorted());
  expect(namesOf("traefik-forward-auth")).toEqual([...traefikOptions, ...rules].toSorted());
  expect(namesOf("vouch-proxy")).toEqual([...vouchSettings.keys()].toSorted());
});

/** A configuration of each kind of provider, without what a later line sets. */
const usual = {
  client_id: "door",
  client_secret: "secret",
  email_domains: ["example.com"],
  redirect_url: "https://auth.example.com/oauth2/callback",
};
const tenant = "11111111-2222-3333-4444-555555555555";
const surroundings: Record<string, unknown>[] = [
  {},
  { provider: "github", github_org: "acme" },
  { provider: "gitlab" },
  { provider: "bitbucket" },
  { provider: "oidc", oidc_issuer_url: "https://id.example.com" },
  { provider: "keycloak", oidc_issuer_url: "https://kc.example.com/realms/a" },
  { provider: "keycloak-oidc", oidc_issuer_url: "https://kc.example.com/realms/a" },
  { provider: "azure", azure_tenant: tenant },
  {
    provider: "entra-id",
    oidc_issuer_url: "https://login.microsoftonline.com/common/v2.0",
    entra_id_allowed_tenants: [tenant],
  },
  {
    google_groups: ["a@example.com"],
    google_admin_email: "b@example.com",
    google_service_account_json: "c",
  },
  { session_store_type: "redis", redis_connection_url: "redis://r" },
  {
    session_store_type: "redis",
    redis_use_sentinel: true,
    redis_sentinel_connection_urls: ["redis://s"],
    redis_sentinel_master_name: "m",
  },
  {
    session_store_type: "redis",
    redis_use_cluster: true,
    redis_cluster_connection_urls: ["redis://c"],
  },
  { session_store_type: "redis", redis_cluster_connection_urls: ["redis://c"] },
  { redirect_url: "https://auth.example.com/" },
  { upstreams: ["http://127.0.0.1:8080"], pass_basic_auth: false },
  { skip_jwt_bearer_tokens: true },
  { reverse_proxy: true, trusted_ips: ["203.0.113.7"] },
  { upstreams: ["http://127.0.0.1:8080"], set_xauthrequest: true },
  {
    htpasswd_file: "users",
    provider: "keycloak-oidc",
    oidc_issuer_url: "https://kc.example.com/realms/a",
    allowed_groups: ["x"],
  },
];

/** Values that some option of the kind takes. */
const samples: Readonly<Record<string, unknown[]>> = {
  switch: [true, false],
  number: [7],
  duration: ["13h"],
  text: [
    "redis",
    "github",
    "nonce@example.com",
    "acme/site",
    "acme",
    "/sso",
    "127.0.0.1:4999",
    "emails.txt",
    "https://other.example.com/a",
    "https://id2.example.com/x",
    "redis://r2",
    "z",
    tenant.replace("1", "9"),
  ],
  list: [
    ["x"],
    ["203.0.113.9"],
    ["https://ci.example.com=door"],
    ["^/docs/"],
    ["acme/site"],
    ["example.com"],
    ["rediss://q"],
    [tenant.replace("1", "9"), tenant],
    ["http://127.0.0.1:9"],
  ],
};

function result(settings: Record<string, unknown>): string {
  const lines = Object.entries(settings).map(
    ([name, value]) => `${name} = ${JSON.stringify(value)}`,
  );
  const { yaml, notes, problems } = imported(lines, {
    beside: { "emails.txt": "ada@example.com", users: "" },
  });
  return yaml ?? JSON.stringify([notes.length > 0, problems]);
}

describe("an option of oauth2-proxy that the table calls carried", () => {
  const carried = optionsOf("oauth2-proxy").filter(
    ({ name, fate }) =>
      fate === "carried" &&
      options.get(name) !== "structure" &&
      // A file beside, or a step to do, carries these.
      !["config", "alpha_config", "client_secret_file"].includes(name),
  );

  it.each(carried)("changes the imported file: $name", ({ name }) => {
    const values = samples[options.get(name) ?? ""] ?? [];
    const isChanged = surroundings.some((around) => {
      const before = { ...usual, ...around };
      const without = result(before);
      return values.some((value) => result({ ...before, [name]: value }) !== without);
    });

    expect(isChanged).toBe(true);
  });
});
