import { describe, expect, it } from "vitest";
import { configMap, deployment, env, groups, read } from "./kubernetes-manifest.ts";
import { ofGroups } from "./importing.ts";

describe("a Kubernetes manifest is refused, with the line, if it has", () => {
  const line = 9 + env.length;
  const own = (...lines: string[]) => deployment([...env, ...lines]);

  it.each<[structure: string, lines: string[], problem: string]>([
    [
      "a ConfigMap that was not given",
      own("envFrom: [{ configMapRef: { name: o, optional: true } }]"),
      `${line + 1}: envFrom: names the ConfigMap "o", which is not among`,
    ],
    [
      "a Secret by envFrom that was not given",
      own("envFrom: [{ secretRef: { name: o } }]"),
      `${line + 1}: envFrom: names the Secret "o"`,
    ],
    [
      "a ConfigMap that is there twice",
      [
        ...own("envFrom: [{ configMapRef: { name: o } }]"),
        ...configMap("o", ["A: a"]),
        ...configMap("o", ["A: b"]),
      ],
      `envFrom: names the ConfigMap "o"`,
    ],
    [
      "a key of a ConfigMap that is missing",
      own(`  - { ${groups}, valueFrom: { configMapKeyRef: { name: o, key: g } } }`),
      `${line + 1}: OAUTH2_PROXY_ALLOWED_GROUPS: names the ConfigMap "o"`,
    ],
    [
      "a restriction in a Secret",
      own(`  - { ${groups}, valueFrom: { secretKeyRef: { name: o, key: g } } }`),
      `${line + 1}: OAUTH2_PROXY_ALLOWED_GROUPS: contains a variable that only the Secret "o" can resolve`,
    ],
    [
      "a restriction in a field",
      own(`  - { ${groups}, valueFrom: { fieldRef: { fieldPath: x } } }`),
      "OAUTH2_PROXY_ALLOWED_GROUPS: contains a variable",
    ],
    [
      "an unknown variable in args",
      own("args: [--allowed-group=$(TEAM)]"),
      "--allowed-group: contains a variable that only Kubernetes can resolve",
    ],
    [
      "a configuration file that was not given",
      own("args: [--config=/etc/gate/a.cfg]"),
      '--config: names the file "/etc/gate/a.cfg", which was not given',
    ],
    [
      "a value that is not a text",
      own(`  - { ${groups}, value: [ops] }`),
      `${line + 1}: env: OAUTH2_PROXY_ALLOWED_GROUPS: is not a text`,
    ],
    [
      "env as a map",
      deployment(["env: { OAUTH2_PROXY_ALLOWED_GROUPS: ops }"]),
      "env: is not a list",
    ],
    [
      "args as a text",
      own("args: --allowed-group=ops"),
      `${line + 1}: args: is not a list of texts`,
    ],
    [
      "a word that is a map",
      own("args:", "  - --allowed-group: ops"),
      `${line + 2}: args: has a word that is not a text`,
    ],
    [
      "a shell",
      own('args: [sh, -c, "oauth2-proxy --allowed-group=ops"]'),
      '"sh" in the command is not a flag',
    ],
    [
      "an unknown key of the container",
      own("arg: [--allowed-group=ops]"),
      `${line + 1}: arg: is not a key of a container`,
    ],
    [
      "a Kustomization",
      [...own(), "---", "apiVersion: kustomize.config.k8s.io/v1beta1", "kind: Kustomization"],
      "the kind Kustomization holds options of other objects",
    ],
    [
      "a document that is no object",
      [...own(), "---", "extraArgs: { allowed-group: ops }"],
      "is not a Kubernetes object",
    ],
  ])("%s", (_, lines, problem) => {
    const { yaml, problems } = read(lines);

    expect(yaml).toBeUndefined();
    expect(problems.join("\n")).toContain(problem);
  });

  it("several oauth2-proxy containers, of which --service chooses one", () => {
    const lines = [
      ...own(),
      "---",
      ...deployment([...env, "args: [--allowed-group=ops]"], [], "other"),
    ];

    const all = read(lines);
    const chosen = read(lines, { service: "other" });

    expect(all.problems).toEqual([expect.stringContaining("--service NAME: gate, other")]);
    expect(chosen.config).toMatchObject({ access: ofGroups("ops") });
  });
});
