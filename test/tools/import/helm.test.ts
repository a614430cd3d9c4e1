import { describe, expect, it } from "vitest";
import { args, config, file, read } from "./helm-chart.ts";
import { ofGroups } from "./importing.ts";

const groups = { access: ofGroups("ops") };

describe("a restriction in Helm values takes effect", () => {
  it.each<[structure: string, lines: string[], access: object]>([
    ["in extraArgs as a map", [...config, ...args, "  allowed-group: ops"], groups],
    [
      "in extraArgs as a list",
      [
        ...config,
        "extraArgs:",
        "  - --provider=oidc",
        "  - --oidc-issuer-url=https://id.example.com",
        "  - --redirect-url=https://auth.example.com/oauth2/callback",
        "  - --allowed-group",
        "  - ops",
      ],
      groups,
    ],
    [
      "in extraEnv",
      [...config, ...args, "extraEnv: [{ name: OAUTH2_PROXY_ALLOWED_GROUPS, value: ops }]"],
      groups,
    ],
    [
      "in extraArgs with a variable",
      [...config, ...args, "  allowed-group: $(TEAM)", "extraEnv: [{ name: TEAM, value: ops }]"],
      groups,
    ],
    [
      "in configFile",
      [...config, ...file('email_domains = ["*"]', 'allowed_groups = ["ops"]'), ...args],
      groups,
    ],
    [
      "in emailDomains",
      [...config, "  emailDomains: [example.com]", ...args],
      { access: { domains: ["example.com"] } },
    ],
    [
      "in email-domain, which overrides the chart's default",
      [...config, ...args, "  email-domain: example.com"],
      { access: { domains: ["example.com"] } },
    ],
    [
      "in authenticatedEmailsFile without the chart's default",
      [
        ...config,
        '  configFile: ""',
        ...args,
        "authenticatedEmailsFile:",
        "  enabled: true",
        "  restricted_access: |-",
        "    ada@example.com",
      ],
      { access: { emails: ["ada@example.com"] } },
    ],
    [
      "in values of another chart",
      [
        "global: {}",
        "oauth2-proxy:",
        ...[...config, ...args, "  allowed-group: ops"].map((line) => `  ${line}`),
      ],
      groups,
    ],
    [
      "in alphaConfig.configData",
      [
        ...config,
        "extraArgs: { redirect-url: 'https://auth.example.com/oauth2/callback' }",
        "alphaConfig:",
        "  enabled: true",
        "  configData:",
        "    providers:",
        "      - { id: a, provider: oidc, clientID: door, clientSecret: s, allowedGroups: [ops], oidcConfig: { issuerURL: 'https://id.example.com' } }",
      ],
      groups,
    ],
    [
      "in alphaConfig.configFile",
      [
        ...config,
        "extraArgs: { redirect-url: 'https://auth.example.com/oauth2/callback' }",
        "alphaConfig:",
        "  enabled: true",
        "  configFile: |",
        "    providers:",
        "      - { id: a, provider: oidc, clientID: door, clientSecret: s, allowedGroups: [ops], oidcConfig: { issuerURL: 'https://id.example.com' } }",
      ],
      groups,
    ],
  ])("%s", (_, lines, access) => {
    const { config: made, problems } = read(lines);

    expect(problems).toEqual([]);
    expect(made).toMatchObject({ ...access, listen: { host: "0.0.0.0", port: 4180 } });
  });

  it("in a given ConfigMap", () => {
    const map = {
      name: "map.yaml",
      text: [
        "apiVersion: v1",
        "kind: ConfigMap",
        "metadata: { name: own }",
        "data:",
        "  oauth2_proxy.cfg: |",
        '    email_domains = ["*"]',
        '    allowed_groups = ["ops"]',
        "  restricted_user_access: ada@example.com",
      ].join("\n"),
    };
    const lines = [...config, "  existingConfig: own", ...args];
    const emails = [
      ...config,
      '  configFile: ""',
      ...args,
      "authenticatedEmailsFile: { enabled: true, template: own }",
    ];

    expect(read(lines, { more: [map] }).config).toMatchObject(groups);
    expect(read(emails, { more: [map] }).config).toMatchObject({
      access: { emails: ["ada@example.com"] },
    });
    expect(read(lines).problems.join("\n")).toMatch(
      /^values.yaml:5: --config: names the file ".*", which was not given/,
    );
    expect(read(emails).yaml).toBeUndefined();
  });
});

describe("Helm values", () => {
  it("have the chart's default: access for every account", () => {
    const { config: made, notes, problems } = read([...config, ...args]);

    expect(problems).toEqual([]);
    expect(made).toMatchObject({ access: { verified: true } });
    expect(notes.join("\n")).toMatch(/to do: email_domains: "\*" gives access to every account/);
  });

  it("have the client in a Secret", () => {
    const lines = ["config: { clientID: door, existingSecret: own }", ...args];

    const { config: made, notes, problems } = read(lines);
    const withoutId = read(["config: { existingSecret: own }", ...args]);

    expect(problems).toEqual([]);
    expect(made).toMatchObject({ providers: { oidc: { clientId: "door" } } });
    expect(notes.join("\n")).toContain(
      'OAUTH2_PROXY_CLIENT_SECRET: its value comes from the Secret "own"',
    );
    expect(withoutId.problems).toEqual([]);
    expect(withoutId.config).toMatchObject({
      providers: { oidc: { clientId: "change-me-to-the-client-id" } },
    });
    expect(withoutId.notes.join("\n")).toContain(
      "to do: OAUTH2_PROXY_CLIENT_ID: is in a Secret that was not given: write it into",
    );
  });

  it("have a Redis store", () => {
    const lines = [
      ...config,
      ...args,
      "sessionStorage:",
      "  type: redis",
      "  redis: { existingSecret: r, standalone: { connectionUrl: 'redis://redis:6379' } }",
    ];

    const { config: made, notes, problems } = read(lines);

    expect(problems).toEqual([]);
    expect(made).toMatchObject({ storage: { url: "redis://redis:6379" } });
    expect(notes.join("\n")).toContain("OAUTH2_PROXY_REDIS_PASSWORD: its value comes from");
  });

  it("have notes for what the chart ignores", () => {
    const lines = [
      ...config,
      "  emailDomain: [x]",
      ...args,
      "extraArg: { allowed-group: ops }",
      "alphaConfig: { configData: { providers: [] } }",
    ];

    const { notes } = read(lines);

    expect(notes).toEqual(
      expect.arrayContaining([
        "left out: extraArg: is ignored by the chart: did you mean extraArgs?",
        "left out: config.emailDomain: is ignored by the chart: did you mean emailDomains?",
        "left out: alphaConfig: is ignored by the chart without alphaConfig.enabled: true",
      ]),
    );
  });

  it("of several charts in values of another chart are chosen by their key", () => {
    const under = (key: string, group: string) => [
      `${key}:`,
      ...[...config, ...args, `  allowed-group: ${group}`].map((line) => `  ${line}`),
    ];
    const lines = [...under("gate-a", "ops"), ...under("gate-b", "dev")];

    expect(read(lines).problems).toEqual([
      expect.stringMatching(/several oauth2-proxy services: .* --service NAME: gate-a, gate-b$/),
    ]);
    expect(read(lines, { service: "gate-b" }).config).toMatchObject({ access: ofGroups("dev") });
  });
});
