import { parseYAML } from "confbox";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkConfig } from "../../../server/config/load.ts";
import { createSecret } from "../../../server/config/secret.ts";
import { createSiteFinder } from "../../../server/config/site-finder.ts";
import { createSites } from "../../../server/config/sites.ts";
import { forwardedRequest, isMalformed } from "../../../server/forwarded/forwarded-request.ts";
import type { Identity } from "../../../server/identity/identity.ts";
import { decide } from "../../../server/policy/policy.ts";
import { indexByHost } from "../../../server/policy/rule-index.ts";
import { compileRules } from "../../../server/policy/rules.ts";
import { importVouchProxy } from "../../../server/tools/import/vouch-proxy.ts";
import type { ImportFile } from "../../../server/tools/import/setting.ts";

type Lines = string | readonly string[];

function textOf(lines: Lines): string {
  return typeof lines === "string" ? lines : lines.join("\n");
}

/** An import for assertions: parsed settings, and one line per note and problem. */
function imported(lines: Lines, ...more: ImportFile[]) {
  const file = { name: "config.yml", text: textOf(lines) };
  const { yaml, notes, problems } = importVouchProxy([file, ...more]);
  return {
    yaml,
    config: yaml === undefined ? undefined : parseYAML<Record<string, unknown>>(yaml),
    notes: notes.map(({ kind, subject, message }) => `${kind}: ${subject}: ${message}`),
    problems: problems.map(({ place, message }) => `${place}: ${message}`),
  };
}

/** Who passes at a host, by the policy of the imported configuration. */
function asked(lines: Lines) {
  const { config: raw, problems } = imported(lines);
  if (raw === undefined) throw new Error(problems.join("\n"));
  const config = checkConfig("test", { ...raw, secret: createSecret() }, {});
  const siteOf = createSiteFinder(createSites(config));
  const rulesOf = indexByHost(compileRules(config.rules));

  return (who: Partial<Identity> | undefined, url = "https://app.yourdomain.com/page"): string => {
    const { host, hostname, pathname } = new URL(url);
    const request = forwardedRequest("GET", "https", host, pathname);
    if (isMalformed(request)) throw new Error(url);
    const site = siteOf(hostname);
    if (site === undefined) return "unknown host";
    const identity = who && { ...anonymous, ...who };
    const facts = { request, provider: "p", address: undefined, isPreflight: false };
    return decide(rulesOf(request), site.access, facts, { identity, now: 0 }).verdict;
  };
}

const anonymous: Identity = {
  issuer: "https://id.example.com",
  subject: "1",
  email: undefined,
  groups: [],
  name: undefined,
  preferredUsername: undefined,
  provider: "p",
  claims: {},
};

const vouch = ["vouch:", "  domains:", "  - yourdomain.com"];
const google = [
  "oauth:",
  "  provider: google",
  "  client_id: door.apps.googleusercontent.com",
  "  client_secret: s",
  "  callback_urls:",
  "  - https://vouch.yourdomain.com/auth",
];
const least = [...vouch, ...google];

describe("an imported vouch-proxy configuration, as its examples are written", () => {
  it("Google with two domains: both are sites, and subdomains of an address count", () => {
    const lines = [
      ...vouch,
      "  - yourotherdomain.com",
      "  cookie:",
      "    secure: false",
      ...google,
      "  - http://vouch.yourotherdomain.com:9090/auth",
      "  preferredDomain: yourdomain.com",
    ];
    const { config, notes } = imported(lines);
    const ask = asked(lines);

    expect(config).toMatchObject({
      sites: [
        { url: "https://vouch.yourdomain.com", cookie: { domain: "yourdomain.com" } },
        { url: "https://vouch.yourotherdomain.com", cookie: { domain: "yourotherdomain.com" } },
      ],
      providers: { google: { authorization: { hd: "yourdomain.com" } } },
      session: { lifetime: "4h", idle: "4h" },
      headers: { "X-Vouch-User": "email" },
      listen: { host: "0.0.0.0", port: 9090 },
    });
    expect(notes.join("\n")).toContain("https://vouch.yourotherdomain.com/callback");
    for (const url of ["https://app.yourdomain.com/", "https://yourotherdomain.com/"]) {
      expect(ask({ email: "ada@yourdomain.com" }, url)).toBe("allow");
      expect(ask({ email: "ada@team.yourotherdomain.com" }, url)).toBe("allow");
      expect(ask({ email: "eve@notyourdomain.com" }, url)).toBe("deny");
      expect(ask({}, url)).toBe("deny");
      expect(ask(undefined, url)).toBe("challenge");
    }
    expect(ask({ email: "ada@yourdomain.com" }, "https://evil.example/")).toBe("unknown host");
  });

  it("a whiteList replaces the domains", () => {
    const lines = [
      ...vouch,
      "  whiteList:",
      "  - bob@yourdomain.com",
      "  - al@else.example",
      ...google,
    ];
    const ask = asked(lines);

    expect(ask({ email: "bob@yourdomain.com" })).toBe("allow");
    expect(ask({ email: "al@else.example" })).toBe("allow");
    expect(ask({ email: "ada@yourdomain.com" })).toBe("deny");
    expect(imported(lines).notes.join("\n")).toContain(
      "left out: vouch.domains: does not decide who has access, as in vouch-proxy",
    );
  });

  it("GitHub with a whiteList of user names and no callback URL", () => {
    const lines = [
      ...vouch,
      "  whiteList:",
      "  - ada",
      "oauth:",
      "  provider: github",
      "  client_id: a",
      "  client_secret: b",
    ];
    const { config, notes, problems } = imported(lines);
    const ask = asked([...lines, "  callback_url: https://vouch.yourdomain.com/auth"]);

    expect(problems).toEqual([]);
    expect(config).toMatchObject({
      cookie: { domain: "yourdomain.com" },
      headers: { "X-Vouch-User": "preferredUsername" },
    });
    expect(notes.join("\n")).toContain("to do: oauth.callback_url: is missing: write the host");
    expect(() => checkConfig("test", { ...config, secret: createSecret() }, {})).toThrow("url");
    expect(ask({ claims: { login: "ada" } })).toBe("allow");
    expect(ask({ claims: { login: "Ada" } })).toBe("deny");
    expect(ask({ email: "ada@yourdomain.com", claims: { login: "eve" } })).toBe("deny");
    expect(ask({ preferredUsername: "ada" })).toBe("deny");
  });

  it("a teamWhitelist at GitHub Enterprise replaces the domains", () => {
    const lines = [
      ...vouch,
      "  teamWhitelist:",
      "  - acme",
      "  - umbrella/ops",
      "oauth:",
      "  provider: github",
      "  client_id: a",
      "  client_secret: b",
      "  auth_url: https://github.yourdomain.com/login/oauth/authorize",
      "  token_url: https://github.yourdomain.com/login/oauth/access_token",
      "  user_info_url: https://github.yourdomain.com/api/v3/user?access_token=",
      "  callback_url: https://vouch.yourdomain.com/auth",
    ];
    const ask = asked(lines);

    expect(imported(lines).config).toMatchObject({
      providers: { github: { issuer: "https://github.yourdomain.com" } },
    });
    expect(ask({ groups: ["acme"] })).toBe("allow");
    expect(ask({ groups: ["umbrella:ops"] })).toBe("allow");
    expect(ask({ groups: ["umbrella"] })).toBe("deny");
    expect(ask({ email: "ada@yourdomain.com" })).toBe("deny");
  });

  it("allowAllUsers with a cookie domain, at Auth0", () => {
    const lines = [
      "vouch:",
      "  allowAllUsers: true",
      "  cookie:",
      "    domain: yourdomain.com",
      "oauth:",
      "  provider: oidc",
      "  client_id: a",
      "  client_secret: b",
      "  auth_url: https://acme.eu.auth0.com/authorize",
      "  token_url: https://acme.eu.auth0.com/oauth/token",
      "  user_info_url: https://acme.eu.auth0.com/userinfo",
      "  scopes: [openid, email, profile]",
      "  callback_url: https://vouch.yourdomain.com:9090/auth",
    ];
    const { config, notes } = imported(lines);

    expect(config).toMatchObject({
      url: "https://vouch.yourdomain.com:9090",
      cookie: { domain: "yourdomain.com" },
      providers: { auth0: { issuer: "https://acme.eu.auth0.com/" } },
      access: { anyone: true },
    });
    expect(notes.join("\n")).toContain("to do: vouch.allowAllUsers: gives access to every account");
    expect(asked(lines)({})).toBe("allow");
    expect(asked(lines)(undefined)).toBe("challenge");
  });

  it("Keycloak, with claims in headers and a sign-out at the issuer", () => {
    const realm = "https://kc.yourdomain.com/realms/main";
    const lines = [
      ...vouch,
      "  headers:",
      "    claims: [groups, given_name, 'https://acme.example/roles']",
      "    idtoken: X-Vouch-IdP-IdToken",
      "    accesstoken: X-Vouch-IdP-AccessToken",
      "  post_logout_redirect_uris:",
      "  - https://app.yourdomain.com/bye",
      "  - https://partner.example/login",
      "oauth:",
      "  provider: oidc",
      "  client_id: a",
      "  client_secret: b",
      `  auth_url: ${realm}/protocol/openid-connect/auth`,
      `  token_url: ${realm}/protocol/openid-connect/token`,
      `  user_info_url: ${realm}/protocol/openid-connect/userinfo`,
      `  end_session_endpoint: ${realm}/protocol/openid-connect/logout`,
      "  scopes: [openid, email, profile, roles]",
      "  callback_url: https://vouch.yourdomain.com/auth",
    ];

    expect(imported(lines).config).toMatchObject({
      providers: {
        keycloak: {
          issuer: realm,
          scope: "openid email profile roles",
          endpoints: { endSession: `${realm}/protocol/openid-connect/logout` },
        },
      },
      signOut: "issuer",
      headers: {
        "X-Vouch-User": "email",
        "X-Vouch-IdP-Claims-Groups": "claims.groups",
        "X-Vouch-IdP-Claims-Given-Name": "claims.given_name",
        "X-Vouch-IdP-Claims-Acme-Example-Roles": "claims.https://acme.example/roles",
        "X-Vouch-IdP-IdToken": "idToken",
        "X-Vouch-IdP-AccessToken": "accessToken",
      },
      allowedRedirects: ["partner.example"],
    });
    expect(asked(lines)({ email: "ada@yourdomain.com" })).toBe("allow");
  });

  const tenant = "11111111-2222-3333-4444-555555555555";
  const azure = (path: string) => [
    "oauth:",
    "  provider: azure",
    "  client_id: a",
    "  client_secret: b",
    `  auth_url: https://login.microsoftonline.com/${path}/authorize`,
    `  token_url: https://login.microsoftonline.com/${path}/token`,
    "  callback_url: https://vouch.yourdomain.com/auth",
  ];

  it("Azure with a whiteList", () => {
    const lines = [
      ...vouch,
      "  whiteList: [ada@yourdomain.com]",
      ...azure(`${tenant}/oauth2/v2.0`),
    ];
    const ask = asked(lines);

    expect(imported(lines).config).toMatchObject({
      providers: { "entra-id": { issuer: `https://login.microsoftonline.com/${tenant}/v2.0` } },
    });
    expect(ask({ claims: { preferred_username: "ada@yourdomain.com" } })).toBe("allow");
    expect(ask({ email: "ada@yourdomain.com", claims: { preferred_username: "eve" } })).toBe(
      "deny",
    );
  });

  it("Azure's older endpoints", () => {
    expect(imported([...vouch, ...azure(`${tenant}/oauth2`)]).config).toMatchObject({
      providers: { azure: { issuer: `https://sts.windows.net/${tenant}/`, trustEmail: true } },
    });
  });

  it.each([
    [azure(`${tenant}/oauth2/v2.0`), "entra-id", {}],
    [
      [
        "oauth:",
        "  provider: adfs",
        "  client_id: a",
        "  auth_url: https://adfs.yourdomain.com/adfs/oauth2/authorize",
        "  callback_url: https://vouch.yourdomain.com/auth",
      ],
      "adfs",
      { emailClaim: "email" },
    ],
  ])(
    "oidc at the address of Microsoft becomes that kind, with names as of oidc",
    (oauth, kind, own) => {
      const plain = oauth.map((line) => line.replace(/provider: .*/, "provider: oidc"));
      const lines = [...vouch, "  whiteList: [ada@yourdomain.com]", ...plain];
      const ask = asked(lines);

      expect(imported(lines).config).toMatchObject({
        providers: { [kind]: { trustEmail: true, ...own } },
        headers: { "X-Vouch-User": "email" },
      });
      expect(ask({ email: "ada@yourdomain.com" })).toBe("allow");
      expect(
        ask({ claims: { upn: "ada@yourdomain.com", preferred_username: "ada@yourdomain.com" } }),
      ).toBe("deny");
    },
  );

  it.each(["common", "organizations", "yourdomain.onmicrosoft.com"])(
    "Azure for %s is refused, because it would accept other tenants or has no id",
    (name) => {
      const { yaml, problems } = imported([...vouch, ...azure(`${name}/oauth2/v2.0`)]);

      expect(yaml).toBeUndefined();
      expect(problems.join()).toMatch(/^config\.yml:8: oauth\.auth_url: .*TENANT-ID/);
    },
  );

  it("AD FS, with the identifier of the relying party", () => {
    const lines = [
      ...vouch,
      "  whiteList: [ada@corp.example]",
      "oauth:",
      "  provider: adfs",
      "  client_id: a",
      "  auth_url: https://adfs.yourdomain.com/adfs/oauth2/authorize/",
      "  token_url: https://adfs.yourdomain.com/adfs/oauth2/token/",
      "  callback_url: https://vouch.yourdomain.com/auth",
    ];

    expect(imported(lines).config).toMatchObject({
      providers: {
        adfs: {
          issuer: "https://adfs.yourdomain.com/adfs",
          authorization: { resource: "https://vouch.yourdomain.com/auth" },
        },
      },
    });
    expect(asked(lines)({ claims: { upn: "ada@corp.example" } })).toBe("allow");
    expect(asked(lines)({ email: "ada@corp.example", claims: { upn: "x" } })).toBe("deny");
  });

  it("Discord: a name means the account without a discriminator", () => {
    const discord = (...names: string[]) => [
      ...vouch,
      `  whiteList: [${names.join(", ")}]`,
      "oauth:",
      "  provider: discord",
      "  client_id: a",
      "  client_secret: b",
      "  callback_url: https://vouch.yourdomain.com/auth",
    ];
    const ask = asked(discord("ada", "'Old#1203'"));
    const byId = asked([...discord("'81255545020878848'"), "  discord_use_ids: true"]);

    expect(ask({ claims: { username: "ada", discriminator: "0" } })).toBe("allow");
    expect(ask({ claims: { username: "ada", discriminator: "1203" } })).toBe("deny");
    expect(ask({ claims: { username: "Old", discriminator: "1203" } })).toBe("deny");
    expect(byId({ subject: "81255545020878848" })).toBe("allow");
    expect(byId({ claims: { username: "81255545020878848", discriminator: "0" } })).toBe("deny");
  });

  it("Nextcloud without pretty URLs", () => {
    const lines = [
      ...vouch,
      "  whiteList: [ada]",
      "oauth:",
      "  provider: nextcloud",
      "  client_id: a",
      "  client_secret: b",
      "  auth_url: https://cloud.yourdomain.com/index.php/apps/oauth2/authorize",
      "  token_url: https://cloud.yourdomain.com/index.php/apps/oauth2/api/v1/token",
      "  user_info_url: https://cloud.yourdomain.com/ocs/v2.php/cloud/user?format=json",
      "  callback_url: https://vouch.yourdomain.com/auth",
    ];
    expect(imported(lines).problems).toEqual([]);

    expect(imported(lines).config).toMatchObject({
      providers: {
        nextcloud: {
          issuer: "https://cloud.yourdomain.com/index.php",
          endpoints: {
            userinfo: "https://cloud.yourdomain.com/ocs/v2.php/cloud/user",
          },
        },
      },
    });
    expect(asked(lines)({ subject: "ada" })).toBe("allow");
    expect(asked(lines)({ email: "ada@yourdomain.com", subject: "eve" })).toBe("deny");
  });

  it("an OpenID Connect issuer with addresses and other names in the whiteList", () => {
    const lines = [
      ...vouch,
      "  whiteList: [ada@yourdomain.com, grace]",
      "oauth:",
      "  provider: oidc",
      "  client_id: a",
      "  auth_url: https://id.yourdomain.com/application/o/authorize/",
      "  callback_url: https://vouch.yourdomain.com/auth",
    ];
    const ask = asked(lines);

    expect(imported(lines).notes.join("\n")).toContain("a guess from auth_url");
    expect(ask({ email: "ada@yourdomain.com" })).toBe("allow");
    expect(ask({ claims: { username: "grace" } })).toBe("allow");
    expect(ask({ email: "grace@yourdomain.com", claims: { username: "eve" } })).toBe("deny");
  });

  it("a file of variables, which override the file", () => {
    const lines = [
      "VOUCH_DOMAINS=yourdomain.com,yourotherdomain.com",
      "VOUCH_WHITELIST=ada@yourdomain.com, bob@yourdomain.com",
      "VOUCH_COOKIE_MAXAGE=60",
      "VOUCH_SERVICE_HOST=10.0.0.1",
      "OAUTH_CLIENT_SECRET='its secret'",
      "UNRELATED=x",
    ].join("\n");
    const { config, notes, problems } = imported(least, { name: "vouch.env", text: lines });

    expect(problems).toEqual([]);
    expect(config).toMatchObject({
      providers: { google: { clientSecret: "its secret" } },
      access: { emails: ["ada@yourdomain.com"] },
      session: { lifetime: "1h" },
    });
    expect(notes.join("\n")).toContain(
      'left out: VOUCH_WHITELIST: " bob@yourdomain.com" matches nothing in vouch-proxy, because of its blanks',
    );
  });
});

describe("nothing gets wider", () => {
  it("publicAccess makes no page public", () => {
    const lines = [...vouch, "  publicAccess: true", ...google];

    expect(asked(lines)(undefined)).toBe("challenge");
    expect(imported(lines).notes.join("\n")).toContain(
      "to do: vouch.publicAccess: true makes EVERY page public, and is NOT imported",
    );
  });

  it("a cookie domain above the domains is reduced to them", () => {
    const lines = [
      "vouch:",
      "  domains: [internal.yourdomain.com]",
      "  cookie: { domain: .yourdomain.com }",
      ...google.slice(0, 4),
      "  callback_url: https://vouch.internal.yourdomain.com/auth",
    ];
    const ask = asked(lines);
    const ada = { email: "ada@internal.yourdomain.com" };

    expect(ask(ada, "https://app.internal.yourdomain.com/")).toBe("allow");
    expect(ask(ada, "https://www.yourdomain.com/")).toBe("unknown host");
  });

  it("allowAllUsers is what counts beside a whiteList, and both are named", () => {
    const lines = [
      "vouch:",
      "  allowAllUsers: true",
      "  whiteList: [ada@yourdomain.com]",
      "  cookie: { domain: yourdomain.com }",
      ...google,
    ];
    const { config, notes } = imported(lines);

    expect(config).toMatchObject({ access: { anyone: true } });
    expect(notes.join("\n")).toContain("to do: vouch.whiteList: is ignored, as in vouch-proxy");
  });

  it.each<[string, Lines, RegExp]>([
    [
      "a setting that doorward does not know",
      [...vouch, "  regexWhiteList: ['.*@yourdomain.com']", ...google],
      /^config\.yml:4: vouch\.regexWhiteList: is not a setting of vouch-proxy that doorward knows/,
    ],
    [
      "a misspelt setting",
      [...vouch, "  whiteLists: [ada@yourdomain.com]", ...google],
      /^config\.yml:4: vouch\.whiteLists: is not a setting .* did you mean vouch\.whiteList\?/,
    ],
    [
      "a misspelt section",
      [...vouch, "  cokie: { domain: x.example }", ...google],
      /^config\.yml:4: vouch\.cokie: is not a setting/,
    ],
    [
      "another tool's file",
      "lasso:\n  domains: [a.example]\n",
      /config\.yml:1: lasso: is not a setting/,
    ],
    [
      "a merge key",
      ["x: &x", "  whiteList: [ada@yourdomain.com]", ...vouch, "  <<: *x", ...google],
      /config\.yml:6: vouch\.<<: is not a setting/,
    ],
    [
      "a setting in two spellings",
      [...vouch, "  whitelist: [a@b.example]", "  whiteList: [c@d.example]", ...google],
      /^config\.yml:5: vouch\.whiteList: is there in two spellings/,
    ],
    [
      "domains with services, as a development version has",
      ["vouch:", "  domains:", "  - Uri: yourdomain.com", ...google],
      /^config\.yml:2: vouch\.domains: is not a list of texts/,
    ],
    [
      "a scalar for a section",
      ["vouch: yes", ...google],
      /^config\.yml:1: vouch: is not a mapping/,
    ],
    ["text that is not YAML", "vouch: [", /^config\.yml: cannot be read/],
    ["a compose file", "services:\n  vouch: { image: vouch-proxy }", /is a compose file/],
    [
      "neither domains nor allowAllUsers",
      google,
      /vouch\.domains: is missing, and so is vouch\.allowAllUsers/,
    ],
    [
      "domains and allowAllUsers",
      [...vouch, "  allowAllUsers: true", ...google],
      /^config\.yml:4: vouch\.allowAllUsers: cannot be combined with vouch\.domains/,
    ],
    [
      "a teamWhitelist at a provider without teams",
      [...vouch, "  teamWhitelist: [ops]", ...google],
      /^config\.yml:4: vouch\.teamWhitelist: lets no one in at this provider/,
    ],
    [
      "a callback URL outside of the domains",
      ["vouch:", "  domains: [other.example]", ...google],
      /^config\.yml:2: vouch\.domains: vouch\.yourdomain\.com, the host of callback_urls, is in none/,
    ],
    [
      "a cookie domain that does not contain the callback URL",
      [...vouch, "  cookie: { domain: other.example }", ...google],
      /^config\.yml:4: vouch\.cookie\.domain: "other\.example" does not contain/,
    ],
    [
      "a provider without a counterpart",
      [...vouch, "oauth:", "  provider: indieauth", "  client_id: http://a.example"],
      /^config\.yml:5: oauth\.provider: doorward does not support "indieauth"/,
    ],
    [
      "an unknown provider",
      [...vouch, "oauth:", "  provider: gogle", "  client_id: a"],
      /^config\.yml:5: oauth\.provider: "gogle" is unknown: did you mean google\?/,
    ],
    [
      "a number that YAML rounds",
      [...vouch, "  whiteList: [81255545020878848]", ...google],
      /^config\.yml:4: vouch\.whiteList: is not a list of texts \(put numbers in quotes\)/,
    ],
    [
      "an unknown variable",
      [...least.map((line) => `# ${line}`), "VOUCH_WHITE_LIST=ada@yourdomain.com"],
      /config\.yml:10: VOUCH_WHITE_LIST: is not a setting .* did you mean VOUCH_WHITELIST\?/,
    ],
    [
      "a fault that only doorward finds",
      [
        "vouch:",
        "  allowAllUsers: true",
        "  cookie: { domain: co.uk }",
        ...google.slice(0, 4),
        "  callback_url: https://vouch.co.uk/auth",
      ],
      /^config\.yml:3: vouch\.cookie\.domain \(cookie\.domain\): "co\.uk" is a public suffix/,
    ],
  ])("stops at %s", (_, lines, problem) => {
    const { yaml, problems } = imported(lines);

    expect(yaml).toBeUndefined();
    expect(problems.join("\n")).toMatch(new RegExp(problem.source, "m"));
  });
});

describe("an imported configuration with any lists", () => {
  const domains = ["yourdomain.com", "team.yourdomain.com", "other.example"];
  const addresses = [
    "yourdomain.com",
    "team.yourdomain.com",
    "x.other.example",
    "else.example",
  ].flatMap((domain) => [`ada@${domain}`, `bob@${domain}`]);
  const lists = fc.record({
    isForAll: fc.boolean(),
    domains: fc.subarray(domains),
    names: fc.subarray(addresses, { maxLength: 2 }),
  });

  /** vouch-proxy's own decision: the first setting that is there decides. */
  function passesVouch(
    { isForAll, domains: own, names }: { isForAll: boolean; domains: string[]; names: string[] },
    email: string,
    host: string,
  ): boolean {
    const isWithin = (name: string) =>
      own.some((domain) => name === domain || name.endsWith(`.${domain}`));
    if (isForAll) return true;
    if (!isWithin(host)) return false;
    return names.length > 0 ? names.includes(email) : isWithin(email.split("@")[1] ?? "");
  }

  it("admits no one whom vouch-proxy refuses, and everyone whom it admits at a host of its cookie", () => {
    fc.assert(
      fc.property(lists, fc.constantFrom(...addresses), (chosen, email) => {
        const lines = [
          "vouch:",
          `  allowAllUsers: ${chosen.isForAll}`,
          `  domains: [${chosen.domains.join(", ")}]`,
          `  whiteList: [${chosen.names.join(", ")}]`,
          ...(chosen.isForAll ? ["  cookie: { domain: yourdomain.com }"] : []),
          ...google.slice(0, 4),
          "  callback_url: https://vouch.team.yourdomain.com/auth",
        ];
        const { config } = imported(lines);
        fc.pre(config !== undefined);
        const ask = asked(lines);

        const hosts = ["app.yourdomain.com", "team.yourdomain.com", "app.other.example"];
        const decided = hosts
          .map((host) => ({ host, verdict: ask({ email }, `https://${host}/`) }))
          .filter(({ verdict }) => verdict !== "unknown host");
        const differing = decided.filter(
          ({ host, verdict }) => (verdict === "allow") !== passesVouch(chosen, email, host),
        );
        expect(differing).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe("the notes of an import of vouch-proxy", () => {
  it("say that an end_session_endpoint with a query is not imported", () => {
    const { config, notes } = imported([
      ...least,
      "  end_session_endpoint: https://id.example.com/logout?client_id=a",
    ]);

    expect(config?.signOut).toBeUndefined();
    expect(notes.join("\n")).toContain(
      "contains a query or a fragment: end it after its path: a sign-out ends",
    );
  });

  it("name every setting that was not imported, and quote no secret", () => {
    const { notes, yaml } = imported([
      ...vouch,
      "  logLevel: debug",
      "  testing: true",
      "  listen: unix:/run/vouch.sock",
      "  jwt: { secret: hidden-secret, issuer: Vouch, compress: true, maxAge: 30 }",
      "  session: { name: VouchSession, key: hidden-key }",
      "  cookie: { name: VouchCookie, httpOnly: true, sameSite: strict, maxAge: 0 }",
      "  headers: { jwt: X-Vouch-Token, querystring: access_token, success: X-Vouch-Success }",
      "  tls: { profile: modern }",
      ...google,
      "  code_challenge_method: S256",
      "  scopes: [email]",
    ]);
    const all = notes.join("\n");

    for (const name of [
      "vouch.logLevel",
      "vouch.testing",
      "vouch.listen",
      "vouch.jwt.secret",
      "vouch.jwt.issuer",
      "vouch.session.key",
      "vouch.cookie.name",
      "vouch.cookie.sameSite",
      "vouch.cookie.maxAge",
      "vouch.headers.jwt",
      "vouch.headers.success",
      "vouch.tls.profile",
      "oauth.code_challenge_method",
      "/validate",
      "sessions",
    ])
      expect(all).toContain(`: ${name}: `);
    expect(all).not.toContain("hidden");
    expect(yaml).not.toContain("hidden");
    expect(yaml).toContain("lifetime: 30m");
    expect(all).toContain("register https://vouch.yourdomain.com/callback at the issuer");
  });
});
