import { parseYAML } from "confbox";
import { describe, expect, it } from "vitest";
import type { ImportFile } from "../../../server/tools/import/setting.ts";
import { importTraefikForwardAuth } from "../../../server/tools/import/traefik-forward-auth.ts";

function read(lines: readonly string[], more: readonly ImportFile[] = [], service?: string) {
  const file = { name: "compose.yaml", text: lines.join("\n") };
  const { yaml, notes, problems } = importTraefikForwardAuth([file, ...more], () => "", {
    service,
    environment: { TEAM: "ops@example.com" },
    readFile: () => undefined,
  });
  return {
    config: yaml === undefined ? undefined : parseYAML<Record<string, unknown>>(yaml),
    notes: notes.map(({ kind, subject, message }) => `${kind}: ${subject}: ${message}`),
    problems: problems.map(({ place, message }) => `${place}: ${message}`),
  };
}

const compose = (...own: string[]) => [
  "x-r: &restrict { WHITELIST: ada@example.com }",
  "services:",
  "  gate:",
  "    image: thomseddon/traefik-forward-auth:2",
  "    environment: &usual",
  "      PROVIDERS_GOOGLE_CLIENT_ID: door",
  "      PROVIDERS_GOOGLE_CLIENT_SECRET: s",
  "      SECRET: old",
  "      AUTH_HOST: auth.example.com",
  "      COOKIE_DOMAIN: example.com",
  ...own.map((line) => `    ${line}`),
];

describe("an import of traefik-forward-auth from a compose file", () => {
  it.each<[structure: string, lines: string[], emails: string[]]>([
    ["in a merged environment", compose("  <<: *restrict"), ["ada@example.com"]],
    ["in a flag", compose("command: --whitelist=ada@example.com"), ["ada@example.com"]],
    ["in a flag and a word", compose("command: --whitelist ada@example.com"), ["ada@example.com"]],
    ["in a variable", compose("command: '--whitelist=${TEAM}'"), ["ops@example.com"]],
    [
      "in a flag that overrides a variable",
      compose("  WHITELIST: everyone@example.com", "command: --whitelist=ada@example.com"),
      ["ada@example.com"],
    ],
  ])("has a restriction %s", (_, lines, emails) => {
    const { config, problems } = read(lines);

    expect(problems).toEqual([]);
    expect(config).toMatchObject({ access: { emails } });
  });

  it("leaves out variables of the system, and names them", () => {
    const lines = compose("  TZ: Europe/Berlin", "  https_proxy: http://proxy.example:3128");
    const { config, notes, problems } = read(lines);

    expect(problems).toEqual([]);
    expect(config).toEqual(read(compose()).config);
    expect(notes.filter((note) => / (TZ|https_proxy): is not an option/.test(note))).toHaveLength(
      2,
    );
  });

  it.each(["ALLOWED_GROUPS", "GOOGLE_DOMAIN"])(
    "stops at a variable that could restrict access in a fork: %s",
    (name) => {
      const { config, problems } = read(compose(`  ${name}: ops`));

      expect(config).toBeUndefined();
      expect(problems).toEqual([expect.stringMatching(`^compose.yaml:11: ${name}: `)]);
    },
  );

  it("reads the files that it names", () => {
    const ini = { name: "gate.ini", text: "whitelist = ada@example.com" };
    const env = { name: "gate.env", text: "WHITELIST=ada@example.com" };

    const byFlag = read(compose("command: --config=/gate.ini"), [ini]);
    const byEnvironment = read(compose("env_file: gate.env"), [env]);

    for (const { config, problems } of [byFlag, byEnvironment]) {
      expect(problems).toEqual([]);
      expect(config).toMatchObject({ access: { emails: ["ada@example.com"] } });
    }
  });

  it.each<[structure: string, lines: string[], problem: string]>([
    [
      "a configuration file that was not given",
      compose("command: --config=/gate.ini"),
      'compose.yaml:11: --config: names the file "/gate.ini"',
    ],
    [
      "an env_file that was not given",
      compose("env_file: gate.env"),
      'compose.yaml:11: env_file: names the file "gate.env"',
    ],
    [
      "a word that is no flag",
      compose("command: [sh, -c, 'gate --whitelist=a@b']"),
      "compose.yaml:11: has a word in the command that is not a flag",
    ],
    ["a flag without its value", compose("command: [--whitelist]"), "--whitelist: has no value"],
    [
      "a value that is a list",
      compose("  WHITELIST: [ada@example.com]"),
      "compose.yaml:11: environment: WHITELIST: is no text",
    ],
    [
      "a variable that is not set",
      compose("command: '--whitelist=${OTHER}'"),
      "--whitelist: contains a variable",
    ],
  ])("is refused for %s", (_, lines, problem) => {
    const { config, problems } = read(lines);

    expect(config).toBeUndefined();
    expect(problems.join("\n")).toContain(problem);
  });

  it("chooses one of several services by --service, which needs a compose file", () => {
    const two = [
      ...compose(),
      "  other:",
      "    image: traefik-forward-auth",
      "    environment: { <<: [*usual, *restrict] }",
    ];
    const ini = importTraefikForwardAuth([{ name: "a.ini", text: "" }], () => "", {
      service: "a",
      environment: {},
      readFile: () => undefined,
    });

    expect(read(two).problems.join("\n")).toContain("with --service NAME: gate, other");
    expect(read(two, [], "other").config).toMatchObject({
      access: { emails: ["ada@example.com"] },
    });
    expect(ini.problems.map(({ message }) => message)).toContain(
      "--service: has no effect, because no file has services: remove it",
    );
  });
});
