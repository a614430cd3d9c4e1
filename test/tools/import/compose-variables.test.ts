import { describe, expect, it } from "vitest";
import { imported, ofGroups } from "./importing.ts";

function compose(groups: string, more: readonly string[] = []): string[] {
  return [
    "services:",
    "  oauth2-proxy:",
    "    image: quay.io/oauth2-proxy/oauth2-proxy",
    "    environment:",
    "      OAUTH2_PROXY_CLIENT_ID: door",
    "      OAUTH2_PROXY_CLIENT_SECRET: ${CLIENT_SECRET}",
    "      OAUTH2_PROXY_REDIRECT_URL: https://${HOST:-auth.example.com}/oauth2/callback",
    '      OAUTH2_PROXY_EMAIL_DOMAINS: "*"',
    "      OAUTH2_PROXY_PROVIDER: oidc",
    "      OAUTH2_PROXY_OIDC_ISSUER_URL: https://id.example.com",
    `      OAUTH2_PROXY_ALLOWED_GROUPS: ${JSON.stringify(groups)}`,
    ...more.map((line) => `    ${line}`),
  ];
}

const read = (lines: readonly string[], options = {}) =>
  imported(lines, { name: "stack/compose.yaml", ...options });

describe("a variable of a compose file", () => {
  const environment = { SET: "ops", EMPTY: "" };

  it.each([
    ["${SET}", ["ops"]],
    ["$SET", ["ops"]],
    ["${SET}-eu,$SET", ["ops-eu", "ops"]],
    ["${SET:-x}", ["ops"]],
    ["${UNSET:-x}", ["x"]],
    ["${UNSET-x}", ["x"]],
    ["${EMPTY:-x}", ["x"]],
    ["${SET:?must be set}", ["ops"]],
    ["${SET:+x}", ["x"]],
    ["${UNSET:-${SET}-b}", ["ops-b"]],
    ["${UNSET:-${OTHER:-c}}", ["c"]],
    ["a$$b", ["a$b"]],
    ["$$SET", ["$SET"]],
    ["$${SET}", ["${SET}"]],
    ["a$", ["a$"]],
  ])("%s is resolved", (written, groups) => {
    const { config, problems } = read(compose(written), { environment });

    expect(problems).toEqual([]);
    expect(config?.access).toEqual(ofGroups(...groups));
  });

  it.each([
    "${UNSET}",
    "$UNSET",
    "${UNSET:?must be set}",
    "${UNSET:-${OTHER}}",
    "${EMPTY:?x}",
    "${SET",
    "${1}",
  ])("%s stops the import, with its line", (written) => {
    const { yaml, problems } = read(compose(written), { environment });

    expect(yaml).toBeUndefined();
    expect(problems).toEqual([
      expect.stringMatching(
        /^stack\/compose.yaml:11: OAUTH2_PROXY_ALLOWED_GROUPS: contains a variable that only compose can resolve/,
      ),
    ]);
  });

  it("comes from .env beside the file, unless the environment has it", () => {
    const beside = { "stack/.env": "A=staff\nB='$A'\nC=$A-eu # x\nSET=other\n" };

    const { config, problems } = read(compose("${A},${B},${C},${SET}"), { environment, beside });

    expect(problems).toEqual([]);
    expect(config?.access).toEqual(ofGroups("staff", "$A", "staff-eu", "ops"));
  });

  it("comes from .env on the command line, which is not read as a file of options", () => {
    const more = [{ name: ".env", text: "SET=ops\nOAUTH2_PROXY_ALLOWED_GROUPS=everyone\n" }];

    const { config, problems } = read(compose("${SET}"), { more });

    expect(problems).toEqual([]);
    expect(config?.access).toEqual(ofGroups("ops"));
  });

  it("of .env that cannot be read stops the import if it is used, so that no default replaces it", () => {
    const beside = { "stack/.env": 'KEY="-----BEGIN\nabc\n-----END"\nTEAM="o\\"ps"\n' };

    const { yaml, problems } = read(compose("${TEAM:-everyone}"), { beside });
    const other = read(compose("ops"), { beside });

    expect(yaml).toBeUndefined();
    expect(problems).toEqual([expect.stringMatching(/^stack\/.env:4: TEAM: has quotes or/)]);
    expect(other.problems).toEqual([]);
  });

  it("of a given .env that nothing uses is left out, with its name", () => {
    const more = [{ name: ".env", text: "SET=ops\nOAUTH2_PROXY_ALLOWED_ROLES=x\n" }];

    const { notes } = read(compose("${SET}"), { more });
    const passed = read(compose("${SET}", ["env_file: .env"]), { more });

    const left =
      "left out: OAUTH2_PROXY_ALLOWED_ROLES at .env:2: is used by no variable of the compose file";
    expect(notes).toContain(left);
    expect(notes.join("\n")).not.toContain("SET at");
    expect(passed.notes).not.toContain(left);
  });

  it("gives a step for its default and for a secret, but not for what is set", () => {
    const { notes } = read(compose("${SET:-x}"), { environment });

    expect(notes.join("\n")).toContain("to do: $HOST: is not set here, so the file's default");
    expect(notes.join("\n")).toContain(
      "OAUTH2_PROXY_CLIENT_SECRET: its value comes from compose: set DOORWARD_PROVIDERS",
    );
    expect(notes.join("\n")).not.toContain("$SET");
  });

  it("is split into words in a command, and stops the import there too if it is not set", () => {
    const more = ["command: --reverse-proxy ${FLAGS}"];

    const set = read(compose("staff", more), {
      environment: { FLAGS: "--allowed-role=ops --allowed-group=x" },
    });
    const unset = read(compose("staff", more));

    expect(set.notes.join("\n")).toContain(
      "OAUTH2_PROXY_ALLOWED_GROUPS at stack/compose.yaml:11: is overridden",
    );
    expect(unset.problems.join("\n")).toContain("in the command is not a flag");
  });

  it("without a value is passed on", () => {
    const lines = [
      "services:",
      "  gate:",
      "    image: oauth2-proxy",
      "    environment:",
      "      - OAUTH2_PROXY_ALLOWED_GROUPS",
      "      - OAUTH2_PROXY_CLIENT_ID",
    ];

    const { problems } = read(lines, { environment: { OAUTH2_PROXY_CLIENT_ID: "door" } });

    expect(problems.join("\n")).toMatch(
      /compose.yaml:5: OAUTH2_PROXY_ALLOWED_GROUPS: contains a variable/,
    );
    expect(problems.join("\n")).not.toContain("CLIENT_ID");
  });
});

describe("several oauth2-proxy services in one file", () => {
  const second = [
    "second:",
    "  image: oauth2-proxy",
    "  environment: { OAUTH2_PROXY_CLIENT_ID: x }",
  ];
  const lines = [...compose("ops"), ...second.map((line) => `  ${line}`)];

  it("are listed, with --service", () => {
    const { yaml, problems } = read(lines);

    expect(yaml).toBeUndefined();
    expect(problems).toEqual([
      "stack/compose.yaml: contains several oauth2-proxy services: import each on its own with --service NAME: oauth2-proxy, second",
    ]);
  });

  it("are chosen by --service", () => {
    const { config, problems } = read(lines, { service: "oauth2-proxy" });
    const unknown = read(lines, { service: "app" });

    expect(problems).toEqual([]);
    expect(config?.access).toEqual(ofGroups("ops"));
    expect(unknown.problems).toEqual([
      'stack/compose.yaml: has no service "app" (--service): available: oauth2-proxy, second',
    ]);
  });

  it("--service is refused for a file without services", () => {
    const { problems } = imported(["client_id = 'x'"], { service: "a" });

    expect(problems.join("\n")).toContain("--service: has no effect");
  });
});
