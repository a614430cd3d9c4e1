import { structure } from "../../docs/schema-file.ts";
import { settingsAt } from "../../docs/settings/sections.ts";
import { keysIn } from "../../docs/settings/setting-tree.ts";
import { isObject } from "../../server/config/shape.ts";
import { testSecret } from "../peers/doorward.ts";

type Settings = Record<string, unknown>;

const client = { clientId: "doorward" };
const company = { type: "oidc", issuer: "https://id.example.com", ...client };
const withSecret = { ...company, clientSecret: "s3cr3t-of-the-client" };
const clientKeyFile = "/etc/doorward/client.pem";
const redis = { driver: "redis", url: "redis://redis.example.com:6379" };
const sentinels = { driver: "redis", sentinels: ["sentinel-1:26379"], name: "mymaster" };
const onlyOps = { allow: { groups: ["ops"] } };
const tokenIssuer = { issuer: "https://ci.example.com", audiences: ["doorward"] };

const base: Settings = {
  url: "https://auth.example.com",
  secret: testSecret,
  providers: { company: withSecret },
  access: { groups: ["staff"] },
};

const provider = (settings: Settings): Settings => ({ providers: { company: settings } });

/** What an example needs around it, by its path. A value replaces the base's of that name; undefined removes it. */
const around: readonly (readonly [RegExp, Settings])[] = [
  [/^hosts$/, { url: "https://{host}/_auth" }],
  [/^sites/, { url: undefined, sites: [{ url: "https://auth.example.com" }] }],
  [/^sites\[\]\.hosts$/, { sites: [{ url: "https://{host}/_auth" }] }],
  [/^users$/, { rules: [{ basic: true }] }],
  [/^replicas$/, { storage: redis }],
  [/^skipProviderButton$/, { compat: "oauth2-proxy" }],
  [/\.client(Key|Assertion|Certificate)/, provider({ ...company, clientKeyFile })],
  [/\.clientAssertionFile$/, provider(company)],
  [/\.clientTeamId$/, provider({ type: "apple", ...client, clientKeyFile, clientKeyId: "A1B2" })],
  [/\.repositories$/, provider({ type: "github", ...client })],
  [/\.projects$/, provider({ type: "gitlab", ...client })],
  [
    /\.tenants$/,
    provider({
      type: "entra-id",
      issuer: "https://login.microsoftonline.com/organizations/v2.0",
      ...client,
    }),
  ],
  [
    /\.directory/,
    provider({
      type: "google",
      ...client,
      directory: { serviceAccountFile: "/etc/doorward/google.json", admin: "admin@example.com" },
    }),
  ],
  [/^access\./, { access: {} }],
  [/^rules\[\]/, { rules: [onlyOps] }],
  [/^rules\[\]\.(allow|deny)/, { rules: [{}] }],
  [/^rules\[\]\.basic$/, { users: "/etc/doorward/users.htpasswd" }],
  [/^rules\[\]\.bearer\./, { rules: [{ bearer: {} }] }],
  [/^rules\[\]\.bearer\.metadata$/, { rules: [{ host: "mcp.example.com", bearer: {} }] }],
  [/^rules\[\]\.bearer\.issuers\[\]/, { rules: [{ bearer: { issuers: [tokenIssuer] } }] }],
  [
    /^rules\[\]\.bearer\.issuers\[\]\.client/,
    {
      rules: [
        {
          bearer: {
            introspection: true,
            issuers: [{ ...tokenIssuer, ...client, clientSecret: "s3cr3t-of-the-client" }],
          },
        },
      ],
    },
  ],
  [/^storage\.(driver|url|username|password|tls)/, { storage: { ...redis, password: "pw" } }],
  [/^storage\.(sentinel|name)/, { storage: sentinels }],
  [/^storage\.cluster/, { storage: { driver: "redis" } }],
  [/^storage\.tls/, { storage: sentinels }],
  [
    /^storage\.tls\.(cert|key)/,
    { storage: { ...sentinels, tls: { cert: "/c.pem", key: "/k.pem" } } },
  ],
  [/^listen\.https\./, { listen: { https: { cert: "/c.pem", key: "/k.pem" } } }],
  [/^admin\./, { admin: { port: 9180 } }],
  [/^session\.perHost/, { hosts: ["example.com"] }],
];

type Change = (example: unknown) => unknown;

/**
 * A complete configuration for each key, with the key's documented example, or what `change` makes of it: its path, and
 * the settings.
 */
export function exampleConfigurations(change: Change = (example) => example): [string, Settings][] {
  return keysIn(structure())
    .map(({ path }): [string, Settings] => [path, exampleAt(path, change)])
    .toArray();
}

function exampleAt(path: string, change: Change): Settings {
  const needed = around.flatMap(([pattern, settings]) => (pattern.test(path) ? [settings] : []));
  const config = structuredClone(Object.assign({}, base, ...needed) as Settings);
  const [setting] = settingsAt(path);
  setAt(config, stepsOf(path), change(filledIn(setting?.example)));
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}

/** `rules[].host` is rules, 0, host. */
function stepsOf(path: string): (string | number)[] {
  return path
    .replaceAll("NAME", "company")
    .replaceAll("[]", ".0")
    .split(".")
    .map((step) => (step === "0" ? 0 : step));
}

function setAt(target: unknown, [step = "", ...rest]: (string | number)[], value: unknown): void {
  const holder = target as Record<string | number, unknown>;
  if (rest.length === 0) {
    holder[step] = value;
    return;
  }
  const below = holder[step];
  if (!isObject(below) && !Array.isArray(below)) holder[step] = rest[0] === 0 ? [] : {};
  setAt(holder[step], rest, value);
}

/** An example leaves secrets out, because everyone could copy them. */
function filledIn(example: unknown): unknown {
  return JSON.parse(JSON.stringify(example).replaceAll("…", testSecret));
}
