import { describe, expect, it } from "vitest";
import { imported, least, ofGroups } from "./importing.ts";

const service = (...lines: string[]) =>
  ["services:", "  gate:", "    image: oauth2-proxy", ...lines.map((line) => `    ${line}`)].join(
    "\n",
  );

const cfg = { name: "conf/proxy.cfg", text: least.join("\n") };

describe("a file that an imported file names", () => {
  it.each<[by: string, text: string, name: string]>([
    ["--config", service("command: --config=/etc/proxy.cfg"), "compose.yaml"],
    ["--config and a space", service("command: [--config, ./conf/proxy.cfg]"), "compose.yaml"],
    [
      "--config through a volume",
      service("command: --config=/a.cfg", "volumes: ['./conf/proxy.cfg:/a.cfg:ro']"),
      "compose.yaml",
    ],
    [
      "--config in a folder of a volume",
      service(
        "command: --config=/etc/o/proxy.cfg",
        "volumes: [{ type: bind, source: ./conf, target: /etc/o }]",
      ),
      "compose.yaml",
    ],
    [
      "--config through configs",
      `${service("command: --config=/a", "configs: [{ source: main, target: /a }]")}\nconfigs: { main: { file: conf/proxy.cfg } }`,
      "compose.yaml",
    ],
  ])("by %s is read if it was given, and stops the import otherwise", (_, text, name) => {
    const given = imported(text, { name, more: [cfg] });
    const alone = imported(text, { name });

    expect(given.problems).toEqual([]);
    expect(given.config).toMatchObject({ access: { domains: ["example.com"] } });
    expect(given.notes.join("\n")).not.toContain("separate file");
    expect(alone.yaml).toBeUndefined();
    expect(alone.problems.join("\n")).toMatch(
      /names the file ".*", which was not given to the import: add it/,
    );
  });

  it.each(["CONFIG", "ALPHA_CONFIG"])(
    "by OAUTH2_PROXY_%s has no effect, as in oauth2-proxy: given, it stops the import",
    (name) => {
      const variables = [
        "OAUTH2_PROXY_CLIENT_ID=door",
        "OAUTH2_PROXY_CLIENT_SECRET=s",
        "OAUTH2_PROXY_EMAIL_DOMAINS=example.org",
        `OAUTH2_PROXY_${name}=/etc/proxy.cfg`,
      ];
      const given = imported(variables, { name: "proxy.env", more: [cfg] });
      const alone = imported(variables, { name: "proxy.env" });

      expect(given.problems).toEqual([
        `proxy.env:4: OAUTH2_PROXY_${name}: oauth2-proxy ignores this variable, so "/etc/proxy.cfg" had no effect: import without that file, or name it in a flag`,
      ]);
      expect(alone.problems).toEqual([]);
      expect(alone.config).toMatchObject({ access: { domains: ["example.org"] } });
      expect(alone.notes).toContainEqual(
        expect.stringMatching(`^to do: OAUTH2_PROXY_${name}: oauth2-proxy ignores this variable`),
      );
    },
  );

  it("is overridden by what names it", () => {
    const text = service(
      "command: --config=/etc/proxy.cfg",
      "environment: { OAUTH2_PROXY_EMAIL_DOMAINS: example.org }",
    );

    const { config } = imported(text, { name: "compose.yaml", more: [cfg] });

    expect(config).toMatchObject({ access: { domains: ["example.org"] } });
  });

  it("inside the compose file has the lines of that file", () => {
    const text = `${service("command: --config=/a", "configs: [{ source: main, target: /a }]")}
configs:
  main:
    content: |
      client_id = "door"
      allowed_group = "ops"
`;

    const { problems } = imported(text, { name: "compose.yaml" });

    expect(problems.join("\n")).toContain(
      "compose.yaml:10: allowed_group: is unknown: did you mean",
    );
  });

  it("as alpha configuration is read, also with merge keys", () => {
    const alpha = {
      name: "alpha.yaml",
      text: [
        "providers:",
        "  - <<: { allowedGroups: [ops] }",
        "    provider: oidc",
        "    clientID: door",
        "    clientSecret: s",
        "    oidcConfig: { issuerURL: https://id.example.com }",
      ].join("\n"),
    };
    const text = service(
      "command: --alpha-config=/etc/alpha.yaml",
      "environment: { OAUTH2_PROXY_EMAIL_DOMAINS: '*', OAUTH2_PROXY_REDIRECT_URL: 'https://auth.example.com/oauth2/callback' }",
    );

    const given = imported(text, { name: "compose.yaml", more: [alpha] });
    const alone = imported(text, { name: "compose.yaml" });

    expect(given.problems).toEqual([]);
    expect(given.config).toMatchObject({ access: ofGroups("ops") });
    expect(alone.problems.join("\n")).toContain('--alpha-config: names the file "/etc/alpha.yaml"');
  });

  it("with addresses is read from the command line too", () => {
    const text = service(
      "command: --authenticated-emails-file=/etc/emails.txt --config=/etc/proxy.cfg",
    );
    const emails = { name: "emails.txt", text: "ada@example.org\n" };

    const { config, problems } = imported(text, { name: "compose.yaml", more: [cfg, emails] });

    expect(problems).toEqual([]);
    expect(config).toMatchObject({ access: { emails: ["ada@example.org"] } });
  });
});

describe("of several configuration files oauth2-proxy reads one, so that", () => {
  const wide = { name: "wide.cfg", text: 'email_domains = ["*"]' };

  it("two that are named must not contradict each other", () => {
    const text = service("command: [--config=/etc/wide.cfg, --config=/etc/proxy.cfg]");

    const { yaml, problems } = imported(text, { name: "compose.yaml", more: [cfg, wide] });

    expect(yaml).toBeUndefined();
    expect(problems).toContain(
      "compose.yaml:4: --config: names a second configuration file, and oauth2-proxy reads one: keep one",
    );
  });

  it("one that is given beside the named one is refused", () => {
    const text = service("command: [--config=/etc/proxy.cfg]");

    const { yaml, problems } = imported(text, { name: "compose.yaml", more: [cfg, wide] });

    expect(yaml).toBeUndefined();
    expect(problems).toContain(
      "wide.cfg: is not the configuration file that --config names, and oauth2-proxy reads one: remove it from the command line",
    );
  });

  it("two that no option names are refused", () => {
    const { yaml, problems } = imported(least, { more: [wide] });

    expect(yaml).toBeUndefined();
    expect(problems).toEqual([
      "wide.cfg:1: email_domains: contradicts oauth2-proxy.cfg:4: keep one",
    ]);
  });
});

it("a word of a command is not printed if it may be a secret", () => {
  const { problems } = imported(service("command: [--reverse-proxy, s3cret]"), {
    name: "compose.yaml",
  });

  expect(problems.join("\n")).toContain("compose.yaml:4: a word in the command is not a flag");
  expect(problems.join("\n")).not.toContain("s3cret");
});
