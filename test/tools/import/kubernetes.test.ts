import { describe, expect, it } from "vitest";
import { configMap, deployment, env, groups, mount, read, volume } from "./kubernetes-manifest.ts";
import { least, ofGroups } from "./importing.ts";

describe("a restriction in a Kubernetes manifest takes effect", () => {
  it.each<[structure: string, lines: string[]]>([
    ["in args", deployment([...env, "args: [--reverse-proxy=true, --allowed-group=ops]"])],
    ["in command", deployment([...env, "command: [/bin/oauth2-proxy, --allowed-group, ops]"])],
    ["in env", deployment([...env, `  - { ${groups}, value: ops }`])],
    [
      "in env with another variable",
      deployment([...env, "  - { name: TEAM, value: ops }", `  - { ${groups}, value: $(TEAM) }`]),
    ],
    [
      "in args with a variable",
      deployment([...env, "  - { name: TEAM, value: ops }", "args: [--allowed-group=$(TEAM)]"]),
    ],
    [
      "in a ConfigMap by envFrom",
      [
        ...deployment([...env, "envFrom: [{ configMapRef: { name: o } }]"]),
        ...configMap("o", ["OAUTH2_PROXY_ALLOWED_GROUPS: ops"]),
      ],
    ],
    [
      "in a ConfigMap by a prefix",
      [
        ...deployment([...env, "envFrom: [{ prefix: OAUTH2_PROXY_, configMapRef: { name: o } }]"]),
        ...configMap("o", ["ALLOWED_GROUPS: ops"]),
      ],
    ],
    [
      "in a key of a ConfigMap",
      [
        ...deployment([
          ...env,
          `  - { ${groups}, valueFrom: { configMapKeyRef: { name: o, key: g } } }`,
        ]),
        ...configMap("o", ["g: ops"]),
      ],
    ],
    [
      "in a Secret",
      [
        ...deployment([...env, "envFrom: [{ secretRef: { name: o } }]"]),
        "---",
        "apiVersion: v1",
        "kind: Secret",
        "metadata: { name: o }",
        "data: { OAUTH2_PROXY_ALLOWED_GROUPS: b3Bz }",
      ],
    ],
    [
      "in a mounted configuration file",
      [
        ...deployment([...env, "args: [--config=/etc/gate/a.cfg]", ...mount], volume),
        ...configMap("gate-conf", ["a.cfg: |", '  allowed_groups = ["ops"]']),
      ],
    ],
    [
      "in a file that is mounted by subPath under another name",
      [
        ...deployment(
          [
            ...env,
            "args: [--config=/a.cfg]",
            "volumeMounts: [{ name: conf, mountPath: /a.cfg, subPath: b }]",
          ],
          [
            "volumes: [{ name: conf, projected: { sources: [{ configMap: { name: gate-conf, items: [{ key: c, path: b }] } }] } }]",
          ],
        ),
        ...configMap("gate-conf", ["c: |", '  allowed_groups = ["ops"]']),
      ],
    ],
    [
      "in a list of objects",
      [
        "apiVersion: v1",
        "kind: List",
        "items:",
        ...deployment([...env, "args: [--allowed-group=ops]"]).map(
          (line, index) => `${index === 0 ? "  - " : "    "}${line}`,
        ),
      ],
    ],
    [
      "in a Pod",
      [
        "apiVersion: v1",
        "kind: Pod",
        "metadata: { name: gate }",
        "spec:",
        "  containers:",
        "    - image: oauth2-proxy",
        ...[...env, "args: [--allowed-group=ops]"].map((line) => `      ${line}`),
      ],
    ],
  ])("%s", (_, lines) => {
    const { config, notes, problems } = read(lines);

    expect(problems).toEqual([]);
    expect(config).toMatchObject({ access: ofGroups("ops") });
    expect(notes.join("\n")).toContain(
      'to do: OAUTH2_PROXY_CLIENT_SECRET: its value comes from the Secret "door": set DOORWARD_PROVIDERS',
    );
  });

  it("beside a client in a Secret, which is a step", () => {
    const reference = "valueFrom: { secretKeyRef: { name: door, key: id } }";
    const own = env.with(1, `  - { name: OAUTH2_PROXY_CLIENT_ID, ${reference} }`);

    const { config, notes, problems } = read(deployment([...own, "args: [--allowed-group=ops]"]));

    expect(problems).toEqual([]);
    expect(config).toMatchObject({ access: ofGroups("ops") });
    expect(notes.join("\n")).toContain("to do: OAUTH2_PROXY_CLIENT_ID: is in a Secret");
  });

  it("in a ConfigMap of another given file", () => {
    const map = {
      name: "map.yaml",
      text: configMap("o", ["OAUTH2_PROXY_ALLOWED_GROUPS: ops"]).join("\n"),
    };

    const { config, problems } = read(
      deployment([...env, "envFrom: [{ configMapRef: { name: o } }]"]),
      { more: [map] },
    );

    expect(problems).toEqual([]);
    expect(config).toMatchObject({ access: ofGroups("ops") });
  });

  it("in addresses of a ConfigMap", () => {
    const emails = "  - { name: OAUTH2_PROXY_AUTHENTICATED_EMAILS_FILE, value: /etc/gate/emails }";
    const lines = [
      ...deployment([...env.toSpliced(4, 1), emails, ...mount], volume),
      ...configMap("gate-conf", ["emails: |", "  ada@example.com"]),
    ];

    const { config, problems } = read(lines);

    expect(problems).toEqual([]);
    expect(config).toMatchObject({ access: { emails: ["ada@example.com"] } });
  });

  it("env overrides envFrom, and the last of two equal names counts", () => {
    const lines = [
      ...deployment([
        ...env,
        "  - { name: OAUTH2_PROXY_EMAIL_DOMAINS, value: example.com }",
        "envFrom: [{ configMapRef: { name: o } }]",
      ]),
      ...configMap("o", ["OAUTH2_PROXY_EMAIL_DOMAINS: example.org"]),
    ];

    const { config, problems } = read(lines);

    expect(problems).toEqual([]);
    expect(config).toMatchObject({ access: { domains: ["example.com"] } });
  });
});

describe("a ConfigMap alone", () => {
  it("is read as its configuration file, with the lines of the manifest", () => {
    const data = ["gate.cfg: |", ...least.map((line) => `  ${line}`)];

    const { config, problems } = read(configMap("c", data));
    const mistyped = read(configMap("c", [...data, "  allowed_group = 'ops'"]));

    expect(problems).toEqual([]);
    expect(config).toMatchObject({ access: { domains: ["example.com"] } });
    expect(mistyped.problems).toEqual([
      expect.stringMatching(/^gate.yaml:11: allowed_group: is unknown/),
    ]);
  });

  it("is read as variables", () => {
    const data = [
      "OAUTH2_PROXY_CLIENT_ID: door",
      "OAUTH2_PROXY_CLIENT_SECRET: s",
      "OAUTH2_PROXY_REDIRECT_URL: https://a.example.com/oauth2/callback",
      "OAUTH2_PROXY_EMAIL_DOMAINS: example.com",
    ];

    const { config, problems } = read(configMap("c", data));

    expect(problems).toEqual([]);
    expect(config).toMatchObject({ access: { domains: ["example.com"] } });
  });
});
