import { describe, expect, it } from "vitest";
import { importTraefikForwardAuth } from "../../../server/tools/import/traefik-forward-auth.ts";
import { importVouchProxy } from "../../../server/tools/import/vouch-proxy.ts";
import { imported, least, ofGroups } from "./importing.ts";

const surroundings = { service: undefined, environment: {}, readFile: () => undefined };
const anyone = least.with(3, 'email_domains = "*"');
const keycloak = ['oidc_issuer_url = "https://kc.example.com/realms/a"'];
const accessOf = (...lines: string[]) => {
  const { config, problems } = imported([...anyone, ...lines]);
  expect(problems).toEqual([]);
  return config?.access ?? config?.rules;
};

describe("groups of the real oauth2-proxy that are no alternatives", () => {
  it.each([
    [["allowed_roles = ['r']"], false],
    [["allowed_groups = ['r']"], false],
    [["allowed_groups = ['r']", "htpasswd_user_groups = ['r']"], true],
    [["allowed_groups = ['r']", "htpasswd_user_groups = ['x']"], false],
    [["htpasswd_user_groups = ['x']"], true],
  ])("htpasswd users need them too: %j", (lines, isThere) => {
    const { config } = imported(
      [...anyone, 'provider = "keycloak-oidc"', ...keycloak, 'htpasswd_file = "users"', ...lines],
      { beside: { users: "" } },
    );

    expect(JSON.stringify(config).includes('"basic":true')).toBe(isThere);
  });

  it("htpasswd users belong to no project of GitLab", () => {
    const lines = [
      'provider = "gitlab"',
      'gitlab_projects = ["a/b=40"]',
      'htpasswd_file = "users"',
    ];

    expect(
      imported([...anyone, ...lines], { beside: { users: "" } }).config?.rules,
    ).toBeUndefined();
  });

  it("keycloak-oidc does not look at keycloak_groups, and keycloak at nothing else", () => {
    const groups = ['keycloak_groups = ["g"]', 'allowed_groups = ["a"]', 'allowed_roles = ["r"]'];

    expect(accessOf('provider = "keycloak-oidc"', ...keycloak, ...groups)).toEqual(
      ofGroups("a", "role:r"),
    );
    expect(accessOf('provider = "keycloak"', ...keycloak, ...groups)).toEqual(ofGroups("g"));
  });

  it("GitHub: a team and a repository are both required without an organisation", () => {
    const lines = ['provider = "github"', 'github_team = "acme:core"'];

    expect(accessOf(...lines, 'github_repo = "acme/x"')).toEqual({
      all: [{ verified: true }, { groups: ["acme:core"] }, { groups: ["repo:acme/x"] }],
    });
    expect(JSON.stringify(accessOf(...lines, 'github_users = ["u"]'))).not.toContain("core");
  });

  it.each([
    [['github_team = "acme:core"', 'github_repo = "acme/x"', 'github_users = ["u"]'], /keep two/],
    [['github_org = "acme"', 'github_team = "other:core"'], /names an organisation beside/],
  ])("GitHub: %j is refused", (lines, problem) => {
    const { problems } = imported([...anyone, 'provider = "github"', ...lines]);

    expect(problems.join("\n")).toMatch(problem);
  });
});

describe("what the old program reads otherwise", () => {
  it("trusted addresses come from loopback proxies alone, unless others are named", () => {
    const lines = ["reverse_proxy = true", 'trusted_ips = ["203.0.113.7"]'];

    expect(imported([...anyone, ...lines]).config?.trustedProxies).toEqual(["loopback"]);
  });

  it("a file of addresses with lines of different lengths admits no one", () => {
    const lines = [...least.slice(0, 3), 'authenticated_emails_file = "emails"'];
    const beside = { emails: "a@example.com,A\nb@example.com" };

    expect(imported(lines, { beside }).problems).toEqual([
      expect.stringContaining("emails:2: has 1 fields"),
    ]);
  });

  it("a route with != anywhere makes the other paths public", () => {
    const { config, notes } = imported([...anyone, 'skip_auth_routes = ["GET=^/x!=y"]']);

    expect(config?.rules).toBeUndefined();
    expect(notes.join("\n")).toContain("makes every path public except some");
  });

  it.each(["export OAUTH2_PROXY_SKIP_AUTH_ROUTES=^/a/", "OAUTH2_PROXY_ALLOWED_GROUPS=A\\b"])(
    "systemd reads %s in another way",
    (line) => {
      const unit = "[Service]\nEnvironmentFile=gate.env\nExecStart=/usr/bin/oauth2-proxy";
      const more = [{ name: "gate.env", text: line }];

      expect(imported(unit, { name: "gate.service", more }).problems.join()).toMatch(/gate.env:1/);
    },
  );

  it("systemd reads a drop-in after its unit", () => {
    const unit = { name: "gate.service", text: "[Service]\nExecStart=/usr/bin/oauth2-proxy" };
    const dropIn = "[Service]\nEnvironment=OAUTH2_PROXY_ALLOWED_GROUPS=a";

    expect(imported(dropIn, { name: "a.conf", more: [unit] }).problems.join()).toContain(
      "list the unit first",
    );
  });

  it("docker keeps the blanks of an --env-file, and gets exported variables only", () => {
    const text = "docker run --env-file=gate.env oauth2-proxy --client-id=a --client-secret=b";
    const more = [{ name: "gate.env", text: "OAUTH2_PROXY_EMAIL_DOMAINS=example.com " }];
    const passed = "X=^/a/\ndocker run -e OAUTH2_PROXY_SKIP_AUTH_ROUTES oauth2-proxy --client-id=a";
    const unexported = passed.replace("X=", "OAUTH2_PROXY_SKIP_AUTH_ROUTES=");

    expect(imported(text, { name: "run.sh", more }).config?.access).toEqual({ domains: [] });
    expect(imported(unexported, { name: "run.sh" }).yaml).toBeUndefined();
  });

  it("compose reads every file of COMPOSE_FILE", () => {
    const text = "services: { gate: { image: oauth2-proxy } }";
    const beside = { ".env": "COMPOSE_FILE=compose.yml:prod.yml" };

    expect(imported(text, { name: "compose.yml", beside }).problems.join()).toContain(
      'COMPOSE_FILE: names the file "prod.yml", which was not given',
    );
  });

  it("traefik-forward-auth applies either of two rules that match the same request", () => {
    const rules = (second: string) =>
      [
        "providers.google.client-id = a",
        "providers.google.client-secret = b",
        "auth-host = auth.example.com",
        "domain = example.com",
        "rule.a.rule = Host(`app.example.com`) && PathPrefix(`/a/`)",
        "rule.a.whitelist = any@example.com",
        `rule.b.rule = ${second}`,
        "rule.b.whitelist = boss@example.com",
      ].join("\n");
    const problemsWith = (second: string) =>
      importTraefikForwardAuth([{ name: "f.ini", text: rules(second) }], () => "", surroundings)
        .problems;

    expect(problemsWith("PathPrefix(`/a/secret/`)")).toMatchObject([
      { place: "f.ini:7", message: expect.stringContaining("applies either") },
    ]);
    expect(problemsWith("Host(`other.example.com`)")).toEqual([]);
    expect(problemsWith("PathPrefix(`/b/`)")).toEqual([]);
  });

  it.each(['whiteList: [""]', 'teamWhitelist: ["", ""]'])(
    "vouch-proxy admits no one by %s",
    (line) => {
      const lines = [
        "vouch:",
        "  domains: [example.com]",
        `  ${line}`,
        "oauth:",
        "  provider: github",
      ];
      const text = [...lines, "  client_id: a", "  client_secret: b"].join("\n");
      const { yaml } = importVouchProxy([{ name: "config.yml", text }]);

      expect(yaml).toMatch(/(login|groups): \[\]/);
      expect(yaml).not.toContain("domains:");
    },
  );
});

describe("an import of odd input", () => {
  it("quotes no address, which may contain a password", () => {
    const urls = ['redis_cluster_connection_urls = [" redis://:hidden@a:1"]'];
    const { notes, problems } = imported([
      ...anyone,
      ...urls,
      'redis_connection_url = "redis://:hidden@b\u00fccher.example"',
    ]);

    expect([...notes, ...problems].join("\n")).not.toContain("hidden");
  });

  it("reads no route that is too long to be one", () => {
    const { config, notes } = imported([...anyone, `skip_auth_regex = ["${"(".repeat(20_000)}"]`]);

    expect(config?.rules).toBeUndefined();
    expect(notes.join("\n")).toContain("contains syntax that a rule's path cannot express");
  });

  it("reads a list with a route in a line of its own", () => {
    const { config } = imported([...anyone, "skip_auth_routes = [", '  "GET=^/ok$",', "]"]);

    expect(config?.rules).toEqual([{ exactPath: "/ok", methods: ["GET"], allow: "public" }]);
  });
});
