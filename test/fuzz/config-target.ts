import * as fc from "fast-check";
import { ConfigError } from "../../server/config/faults.ts";
import { checkConfig } from "../../server/config/load.ts";
import { expectNone, fuzzTarget } from "./fuzz-target.ts";

/** Long enough for a secret, and found in no message by chance. */
const marker = "qT7vMx2LrJ9wKd4HsZ8bYn3CfPa6GuVe";

/** A configuration with every kind of setting; each path of it is changed in turn. */
export const complete: Record<string, unknown> = {
  url: "https://auth.example.com",
  cookie: { domain: "example.com" },
  secret: [marker],
  providers: {
    company: {
      type: "oidc",
      issuer: "https://id.example.com",
      clientId: "door",
      clientSecret: marker,
      authorization: { hd: "example.com" },
      endpoints: { token: "https://id.example.com/token" },
      audience: ["api"],
    },
    github: { clientId: "door", clientSecret: marker },
  },
  access: { domains: ["example.com"], groups: ["staff"] },
  rules: [
    { host: "app.example.com", path: "/public/**", methods: ["GET"], allow: "public" },
    { host: "api.example.com", bearer: true, allow: { emails: ["ada@example.com"] } },
    { host: "*.apps.example.com", ip: ["198.51.100.0/24"], query: ["a=b"], deny: true },
  ],
  session: { lifetime: "7d", idle: "1d", refresh: "1h", grace: "2h" },
  storage: { driver: "memory" },
  headers: { "X-User": "subject", "X-Groups": "groups" },
  allowedRedirects: [".example.org"],
  trustedProxies: ["loopback", "10.0.0.0/8"],
  listen: { host: "127.0.0.1", port: 4180 },
  admin: { host: "127.0.0.1", port: 9180 },
};

/** Objects whose keys are all known: a key that nothing knows is a fault there. */
const strictObjects = [
  "",
  "cookie",
  "providers.company",
  "providers.company.endpoints",
  "access",
  "rules.0",
  "rules.1.allow",
  "session",
  "listen",
  "admin",
];

const paths = pathsIn(complete);

function pathsIn(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [[...path]];
  const children = Object.entries(value).flatMap(([key, child]) => pathsIn(child, [...path, key]));
  return path.length === 0 ? children : [[...path], ...children];
}

/** What YAML, TOML and JSON can make: also values that contain themselves, dates and infinite numbers. */
const anyValue = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(marker, "", [], {}, null, NaN, Infinity, -0, new Date(0), [marker], {
    [marker]: marker,
  }),
  fc
    .constantFrom("__proto__", "constructor", "zz")
    .map((key): unknown => JSON.parse(`{"${key}":{"a":1}}`)),
  fc.constantFrom("a", "all", "domains").map((key) => {
    const self: Record<string, unknown> = {};
    self[key] = self;
    return self;
  }),
);
const variable = fc.tuple(
  fc.constantFrom(
    "URL",
    "COOKIE_DOMAIN",
    "SECRET",
    "SECRET_FILE",
    "PROVIDERS_COMPANY_ISSUER",
    "PROVIDERS_X_CLIENT_ID",
    "RULES_0_HOST",
    "ACCESS_DOMAINS",
    "LISTEN_PORT",
    "ZZ",
    "__PROTO__",
    "ADMIN",
  ),
  fc.oneof(fc.string(), fc.constantFrom("/nonexistent/file", "true", "1", "a,b", "{}")),
);
export const configCase = fc.record({
  changes: fc.array(fc.tuple(fc.constantFrom(...paths), anyValue), { maxLength: 3 }),
  unknownIn: fc.option(fc.constantFrom(...strictObjects), { nil: undefined }),
  environment: fc.array(variable, { maxLength: 2 }),
});

/** Arbitrary settings: a `ConfigError` that names every place, or a configuration without unknown keys. */
export const configTarget = fuzzTarget("objects in the configuration", configCase, async () => {
  checkConfig("doorward.yaml", complete, {}); // throws if it is not valid, because then every case would be rejected
  return {
    check({ changes, unknownIn, environment }) {
      const file = changedBy(changes);
      const isUnknown = unknownIn !== undefined && addUnknown(file, unknownIn);
      const variables = Object.fromEntries(
        environment.map(([name, text]) => [`DOORWARD_${name}`, text]),
      );
      const error = errorOf(() => checkConfig("doorward.yaml", file, variables));
      const faults = error instanceof ConfigError ? error.faults : [];
      expectNone(
        {
          "it is accepted with an unknown key": error === undefined && isUnknown,
          "the error is no ConfigError": error !== undefined && !(error instanceof ConfigError),
          "the error has no fault": error instanceof ConfigError && faults.length === 0,
          "a fault names no place or no reason": faults.some(
            ({ path, message }) => path === "" || message === "",
          ),
        },
        { error: String(error), faults },
      );
    },
    close: () => Promise.resolve(),
  };
});

/** The complete configuration with the values at some paths replaced. */
export function changedBy(changes: readonly [readonly string[], unknown][]) {
  const file = structuredClone(complete);
  for (const [path, changed] of changes) set(file, path, changed);
  return file;
}

function errorOf(check: () => unknown): unknown {
  try {
    check();
    return undefined;
  } catch (error) {
    return error;
  }
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function at(file: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (found, key) => (isMapping(found) && Object.hasOwn(found, key) ? found[key] : undefined),
    file,
  );
}

function set(file: unknown, path: readonly string[], value: unknown): void {
  const owner = at(file, path.slice(0, -1));
  const key = path.at(-1);
  if (isMapping(owner) && key !== undefined) owner[key] = value;
}

/** Whether there is still an object at the path to add the key to. */
function addUnknown(file: unknown, path: string): boolean {
  const owner = at(file, path === "" ? [] : path.split("."));
  if (!isMapping(owner) || Array.isArray(owner) || Object.keys(owner).length === 0) return false;
  owner.zzUnknown = true;
  return true;
}
