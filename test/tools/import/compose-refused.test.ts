import { describe, expect, it } from "vitest";
import { compose, environment, read } from "./compose-file.ts";

describe("a compose file is refused, with the line, if it has", () => {
  const last = 3 + environment.length;
  const own = (...lines: string[]) => compose([...environment, ...lines]);

  it.each<[structure: string, lines: string[], problem: string]>([
    ["a merge of a text", own("<<: text"), `${last + 1}: <<: merges what is not a map`],
    ["an unknown tag", own("command: !reset []"), `${last + 1}: has a tag`],
    [
      "an alias without an anchor",
      own("command: *nowhere"),
      `${last + 1}: is an alias without its anchor`,
    ],
    [
      "a service that extends itself",
      own("extends: oauth2-proxy"),
      "2: oauth2-proxy: extends itself",
    ],
    [
      "an extended service that is missing",
      own("extends: base"),
      `${last + 1}: extends: names the service "base"`,
    ],
    [
      "an extended file that was not given",
      own("extends: { file: base.yaml, service: x }"),
      `${last + 1}: extends: names the file "base.yaml", which was not given`,
    ],
    [
      "an included file that was not given",
      [...own(), "include:", "  - path: [a.yaml]"],
      `${last + 2}: include: names the file "a.yaml"`,
    ],
    ["include as a text", [...own(), "include: b.yaml"], `include: names the file "b.yaml"`],
    [
      "an env_file that was not given",
      own("env_file: proxy.env"),
      `${last + 1}: env_file: names the file "proxy.env"`,
    ],
    [
      "an optional env_file that was not given",
      own("env_file:", "  - path: ./a.env", "    required: false"),
      `${last + 2}: env_file: names the file "./a.env"`,
    ],
    [
      "an env_file of another type",
      own("env_file: { a: b }"),
      `env_file: is not the path of a file`,
    ],
    [
      "a value that is a list",
      own().toSpliced(5, 0, "      OAUTH2_PROXY_ALLOWED_GROUPS: [ops]"),
      "6: environment: OAUTH2_PROXY_ALLOWED_GROUPS: is no text",
    ],
    [
      "a value that is a map",
      own().toSpliced(5, 0, "      OAUTH2_PROXY_ALLOWED_GROUPS: { a: b }"),
      "6: environment: OAUTH2_PROXY_ALLOWED_GROUPS: is no text",
    ],
    [
      "a number that Go prints otherwise",
      own().toSpliced(5, 0, "      OAUTH2_PROXY_ALLOWED_GROUPS: 010"),
      "6: environment: OAUTH2_PROXY_ALLOWED_GROUPS: is no text",
    ],
    [
      "an environment that is a text",
      compose(["environment: OAUTH2_PROXY_ALLOWED_GROUPS=ops"]),
      "4: environment: is neither a map nor a list",
    ],
    [
      "an item of the environment that is a map",
      compose(["environment:", "  - OAUTH2_PROXY_ALLOWED_GROUPS: ops"]),
      "5: environment: is not of the form NAME=value",
    ],
    [
      "a command that is a map",
      own("command: { allowed-group: ops }"),
      `${last + 1}: command: is neither`,
    ],
    [
      "a word that is a map",
      own("command:", "  - --allowed-group: ops"),
      `${last + 2}: command: is a list with something other`,
    ],
    [
      "a word that is no flag",
      own("command: [sh, -c, oauth2-proxy --allowed-group=ops]"),
      `${last + 1}: "sh" in the command is not a flag`,
    ],
    [
      "a word behind a switch",
      own("command: [--skip-auth-preflight, 'false']"),
      `"false" in the command is not a flag`,
    ],
    [
      "a flag without its value",
      own("command: [--allowed-group]"),
      `--allowed-group: has no value`,
    ],
    ["an open quote", own(`command: '--allowed-group="ops'`), `command: has a " without`],
    [
      "a second command",
      own("command: --reverse-proxy; --allowed-group=ops"),
      "command: has ; outside quotes",
    ],
    ["a Dockerfile", own("build: ."), `${last + 1}: build: a Dockerfile can set options`],
    [
      "an unknown key of the service",
      own("enviroment: { OAUTH2_PROXY_ALLOWED_GROUPS: ops }"),
      `${last + 1}: enviroment: is not a key that the import knows`,
    ],
    ["an unknown key of the file", [...own(), "service: {}"], `${last + 1}: service: is not a key`],
    [
      "a service that is a text",
      [...own(), "  other: text"],
      "other: is not a service with settings",
    ],
    ["a second document", [...own(), "---", "services: {}"], "is a second document"],
  ])("%s", (_, lines, problem) => {
    const { yaml, problems } = read(lines);

    expect(yaml).toBeUndefined();
    expect(problems.join("\n")).toContain(problem);
    expect(problems[0]).toMatch(/^compose.yaml:\d+: /);
  });

  it("an override file beside it that was not given", () => {
    const { yaml, problems } = read(own(), { beside: { "compose.override.yaml": "services: {}" } });

    expect(yaml).toBeUndefined();
    expect(problems).toEqual([
      expect.stringMatching(/^compose.override.yaml: is read by compose too: add it/),
    ]);
  });

  it("but not for what other services have", () => {
    const { problems } = read([
      ...own(),
      "  app: { build: ., command: [sh, -c, x], env_file: app.env }",
    ]);

    expect(problems).toEqual([]);
  });
});
