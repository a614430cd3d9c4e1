import { describe, expect, it } from "vitest";
import { args, config, file, read } from "./helm-chart.ts";

describe("Helm values", () => {
  it.each<[fault: string, lines: string[], problem: string]>([
    [
      "a template",
      [...config, ...args, '  allowed-group: "{{ .Values.group }}"'],
      "values.yaml:9: has a template",
    ],
    [
      "a list in a map of flags",
      [...config, ...args, "  allowed-group: [ops]"],
      "values.yaml:9: extraArgs: allowed-group: is not one text",
    ],
    [
      "extraArgs as a text",
      [...config, "extraArgs: --allowed-group=ops"],
      "values.yaml:5: extraArgs: is neither a map of flags nor a list",
    ],
    [
      "a word that is no flag",
      [...config, "extraArgs: [allowed-group=ops]"],
      "in the command is not a flag",
    ],
    [
      "envFrom that was not given",
      [...config, ...args, "envFrom: [{ configMapRef: { name: o } }]"],
      'values.yaml:9: envFrom: names the ConfigMap "o"',
    ],
    [
      "a restriction from a Secret",
      [
        ...config,
        ...args,
        "extraEnv: [{ name: OAUTH2_PROXY_ALLOWED_GROUPS, valueFrom: { secretKeyRef: { name: s, key: k } } }]",
      ],
      "OAUTH2_PROXY_ALLOWED_GROUPS: contains a variable",
    ],
    [
      "an empty configFile and nothing about access",
      [...config, '  configFile: ""', ...args],
      "email_domains: is missing",
    ],
    [
      "a file that only older charts read",
      [...config, ...file("email_domains = 'example.com'"), "  forceLegacyConfig: false", ...args],
      "config.forceLegacyConfig: makes newer charts ignore",
    ],
    [
      "a command of its own",
      [...config, ...args, "image: { command: [sh] }"],
      '"sh" in the command is not a flag',
    ],
    [
      "switches that are texts",
      [...config, ...args, "authenticatedEmailsFile: { enabled: 'true' }"],
      "authenticatedEmailsFile.enabled: is neither true nor false",
    ],
    [
      "an alpha configuration in a Secret",
      [...config, ...args, "alphaConfig: { enabled: true, existingSecret: s }"],
      "--alpha-config: names the file",
    ],
  ])("are refused with %s", (_, lines, problem) => {
    const { yaml, problems } = read(lines);

    expect(yaml).toBeUndefined();
    expect(problems.join("\n")).toContain(problem);
    expect(new Set(problems).size).toBe(problems.length);
  });

  it("are refused in two files", () => {
    const { problems } = read([...config, ...args], {
      more: [{ name: "prod.yaml", text: "extraArgs: { allowed-group: ops }" }],
    });

    expect(problems.join("\n")).toContain(
      "prod.yaml: is a second file of Helm values: merge it into values.yaml",
    );
  });
});
