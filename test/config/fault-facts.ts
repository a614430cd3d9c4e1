/** What a message must contain, whatever its wording: where the fault is, what is wrong there, what to write. */
export interface Facts {
  readonly place: string;
  readonly values?: readonly string[];
  readonly fix: readonly string[];
}

/** Environment variables over the sound configuration. */
export const faultsOfVariables: [string, Record<string, string>, Facts][] = [
  ["unknown", { DOORWARD_SECRT: "x" }, { place: "DOORWARD_SECRT", fix: ["DOORWARD_SECRET"] }],
  [
    "of oauth2-proxy with doorward's prefix",
    { DOORWARD_EMAIL_DOMAINS: "*" },
    { place: "DOORWARD_EMAIL_DOMAINS", values: ["oauth2-proxy"], fix: ["import oauth2-proxy"] },
  ],
  [
    "of an unreadable file",
    { DOORWARD_STORAGE_PASSWORD_FILE: "/nowhere" },
    { place: "DOORWARD_STORAGE_PASSWORD_FILE", values: ["ENOENT"], fix: ["file"] },
  ],
  [
    "of the same setting as another",
    { DOORWARD_SIGN_OUT: "local", DOORWARD_SIGN_OUT_FILE: "/nowhere" },
    { place: "DOORWARD_SIGN_OUT_FILE", values: ["DOORWARD_SIGN_OUT"], fix: ["keep one"] },
  ],
  [
    "of a bad value",
    { DOORWARD_SESSION_IDLE: "soon" },
    { place: "DOORWARD_SESSION_IDLE (session.idle)", values: ['"soon"'], fix: ["90s", "7d"] },
  ],
];

/** Command lines in a folder that holds `doorward.json` and these files. */
export const brokenFiles = {
  "twice.yaml": "url: https://a.example.com\nurl: https://b.example.com\n",
  "settings.ini": "url=x\n",
  "list.yaml": "- url\n",
};

export const faultsOfCommands: [string, string[], Facts][] = [
  ["an unknown option", ["serve", "--cofnig", "x"], { place: "cofnig", fix: ["--config"] }],
  ["an empty --config", ["serve", "--config="], { place: "--config", fix: ["doorward.yaml"] }],
  [
    "an unreadable file",
    ["serve", "--config", "/nowhere.yaml"],
    { place: "/nowhere.yaml", values: ["ENOENT"], fix: ["no such file"] },
  ],
  [
    "a key twice in YAML",
    ["check", "--config", "twice.yaml"],
    { place: "twice.yaml", values: ["line 2", "column 1"], fix: ["duplicated mapping key"] },
  ],
  [
    "a file of an unknown format",
    ["check", "--config", "settings.ini"],
    { place: "settings.ini", fix: [".yaml", ".yml", ".toml", ".json"] },
  ],
  [
    "a file without settings",
    ["check", "--config", "list.yaml"],
    { place: "list.yaml", fix: ["`url: …`"] },
  ],
  ["a relative URL", ["explain", "/app"], { place: "URL", fix: ["https://host/path"] }],
  [
    "an unknown provider",
    ["explain", "https://auth.example.com/", "--provider", "gogle"],
    { place: '"gogle"', fix: ["google"] },
  ],
  [
    "import from an unknown tool",
    ["import", "authelia", "x"],
    { place: '"authelia"', fix: ["oauth2-proxy", "traefik-forward-auth"] },
  ],
  [
    "import of an unreadable file",
    ["import", "oauth2-proxy", "/nowhere.cfg"],
    { place: "/nowhere.cfg", values: ["ENOENT"], fix: ["no such file"] },
  ],
  [
    "configuration of an unknown proxy",
    ["config", "squid"],
    { place: '"squid"', fix: ["caddy", "envoy", "haproxy", "nginx", "traefik"] },
  ],
  [
    "revocation without a subject",
    ["sessions", "revoke"],
    { place: "--subject", fix: ["SUBJECT", "--all"] },
  ],
  [
    "revocation in another process",
    ["sessions", "revoke", "--all"],
    { place: "storage.driver", values: ['"memory"'], fix: ["restart"] },
  ],
];

/** What `check` finds in settings laid over a sound configuration, without an issuer that answers. */
export const faultsOfCheck: [string, Readonly<Record<string, unknown>>, Facts][] = [
  [
    "a host without a site",
    { rules: [{ host: "app.example.org", allow: "signed-in" }] },
    { place: "rules.0.host", values: ['"app.example.org"', "denied"], fix: ["site", "`sites`"] },
  ],
  [
    "a host outside the cookie's domain",
    { rules: [{ host: "app.example.com", allow: "signed-in" }] },
    {
      place: "rules.0.host",
      values: ['"app.example.com"', "https://auth.example.com/"],
      fix: ["cookie.domain", "example.com", "site"],
    },
  ],
  ["no proxy", { trustedProxies: [] }, { place: "trustedProxies", fix: ["addresses", "proxies"] }],
  [
    "proxies that cannot connect",
    { trustedProxies: ["private"] },
    {
      place: "listen.host",
      values: ["127.0.0.1", "trustedProxies", "private"],
      fix: ["loopback", "listen"],
    },
  ],
  [
    "proxies everywhere",
    { trustedProxies: "anyone", listen: { host: "0.0.0.0" } },
    { place: "trustedProxies", values: ["anyone", "0.0.0.0:4180", "address"], fix: ["proxies"] },
  ],
  [
    "rules of addresses with private proxies",
    { rules: [{ ip: "203.0.113.0/24", allow: "public" }] },
    { place: "rules", values: ["ip", "`private`"], fix: ["trustedProxies", "addresses"] },
  ],
];
