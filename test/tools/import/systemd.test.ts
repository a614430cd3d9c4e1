import { describe, expect, it } from "vitest";
import { imported, least, ofGroups } from "./importing.ts";

const flags = [
  "--client-id=door",
  "--client-secret=s",
  "--redirect-url=https://auth.example.com/oauth2/callback",
  "--provider=oidc",
  "--oidc-issuer-url=https://id.example.com",
  "--email-domain=*",
];

const unit = (...service: string[]) => [
  "[Unit]",
  "After=network.target",
  "",
  "[Service]",
  "Restart=always",
  ...service,
  "",
  "[Install]",
  "WantedBy=multi-user.target",
];
const start = (...more: string[]) =>
  `ExecStart=/usr/bin/oauth2-proxy ${[...flags, ...more].join(" ")}`;

const read = (
  lines: readonly string[],
  options: Omit<Parameters<typeof imported>[1], "name"> = {},
) => imported(lines, { name: "gate.service", ...options });

const groups = { access: ofGroups("ops") };

describe("a restriction in a systemd unit takes effect", () => {
  it.each<[structure: string, lines: string[]]>([
    ["in ExecStart", unit(start("--allowed-group=ops"))],
    ["in ExecStart with a prefix", unit(start("--allowed-group=ops").replace("=", "=-+"))],
    ["in a continued line", unit(`${start()} \\`, "# restricts", "  --allowed-group \\", "  ops")],
    ["in quotes", unit(start(`"--allowed-group=ops"`))],
    ["in quotes of a value", unit(start(`--allowed-group='ops'`))],
    ["in Environment", unit("Environment=OAUTH2_PROXY_ALLOWED_GROUPS=ops", start())],
    [
      "in a quoted Environment",
      unit(`Environment="TZ=Europe/Berlin" "OAUTH2_PROXY_ALLOWED_GROUPS=ops"`, start()),
    ],
    [
      "in an Environment behind a reset",
      unit(
        "Environment=OAUTH2_PROXY_ALLOWED_GROUPS=all",
        "Environment=",
        "Environment=OAUTH2_PROXY_ALLOWED_GROUPS=ops",
        start(),
      ),
    ],
    ["in a variable", unit("Environment=TEAM=ops", start("--allowed-group=${TEAM}"))],
    [
      "in a variable with several words",
      unit(`Environment="FLAGS=--allowed-group ops"`, start("$FLAGS")),
    ],
    [
      "in docker run",
      unit(
        `ExecStart=/usr/bin/docker run --rm quay.io/oauth2-proxy/oauth2-proxy ${[...flags, "--allowed-group=ops"].join(" ")}`,
      ),
    ],
  ])("%s", (_, lines) => {
    const { config, problems } = read(lines);

    expect(problems).toEqual([]);
    expect(config).toMatchObject(groups);
  });

  it("in given files: of EnvironmentFile, a drop-in and --config", () => {
    const file = { name: "gate.env", text: "OAUTH2_PROXY_ALLOWED_GROUPS=ops\n" };
    const dropIn = {
      name: "override.conf",
      text: `[Service]\nExecStart=\n${start("--allowed-group=ops")}`,
    };
    const cfg = { name: "gate.cfg", text: least.join("\n") };

    const byFile = read(
      unit(
        "EnvironmentFile=-/etc/gate.env",
        "Environment=OAUTH2_PROXY_ALLOWED_GROUPS=all",
        start(),
      ),
      { more: [file] },
    );
    const byDropIn = read(unit(start()), { more: [dropIn] });
    const byConfig = read(unit("ExecStart=/usr/bin/oauth2-proxy --config=/etc/gate.cfg"), {
      more: [cfg],
    });

    expect([byFile, byDropIn, byConfig].flatMap(({ problems }) => problems)).toEqual([]);
    expect(byFile.config).toMatchObject(groups);
    expect(byDropIn.config).toMatchObject(groups);
    expect(byConfig.config).toMatchObject({ access: { domains: ["example.com"] } });
  });
});

describe("a systemd unit is refused, with the line, if it has", () => {
  it.each<[structure: string, lines: string[], problem: string]>([
    [
      "an EnvironmentFile that was not given",
      unit("EnvironmentFile=-/etc/gate.env", start()),
      'gate.service:6: EnvironmentFile: names the file "/etc/gate.env"',
    ],
    [
      "a --config that was not given",
      unit(start("--config=/etc/gate.cfg")),
      'gate.service:6: --config: names the file "/etc/gate.cfg"',
    ],
    [
      "a specifier",
      unit(start("--allowed-group=%i")),
      "gate.service:6: ExecStart: has the specifier %i",
    ],
    [
      "a variable that is not set",
      unit(start("--allowed-group=${TEAM}")),
      "gate.service:6: --allowed-group: contains a variable that only systemd can resolve",
    ],
    ["words that are not set", unit(start("$FLAGS")), "in the command is not a flag"],
    [
      "a variable inside a word",
      unit("Environment=TEAM=ops", start("--allowed-group=$TEAM")),
      "--allowed-group: contains a variable",
    ],
    [
      "PassEnvironment",
      unit("PassEnvironment=OAUTH2_PROXY_ALLOWED_GROUPS", start()),
      "OAUTH2_PROXY_ALLOWED_GROUPS: contains a variable",
    ],
    [
      "UnsetEnvironment",
      unit("UnsetEnvironment=OAUTH2_PROXY_EMAIL_DOMAINS", start()),
      "gate.service:6: UnsetEnvironment: remove it",
    ],
    [
      "an Environment without =",
      unit("Environment=OAUTH2_PROXY_ALLOWED_GROUPS ops", start()),
      "gate.service:6: Environment: has a word",
    ],
    [
      "an escape",
      unit(start("--allowed-group=o\\x70s")),
      "gate.service:6: ExecStart: has a \\ inside",
    ],
    [
      "an open quote",
      unit(start(`--allowed-group="ops`)),
      'gate.service:6: ExecStart: has a " without',
    ],
    [
      "two commands",
      unit(start(), start("--allowed-group=ops")),
      "gate.service:7: ExecStart: is a second command",
    ],
    ["no command", unit(), "gate.service: has no ExecStart"],
    [
      "a shell",
      unit("ExecStart=/bin/sh -c 'oauth2-proxy --allowed-group=ops'"),
      "contains no oauth2-proxy service",
    ],
    [
      "a line that is no setting",
      unit("--allowed-group=ops", start()).toSpliced(5, 1, "allowed group"),
      "gate.service:6: is not of the form Key=value",
    ],
  ])("%s", (_, lines, problem) => {
    const { yaml, problems } = read(lines);

    expect(yaml).toBeUndefined();
    expect(problems.join("\n")).toContain(problem);
  });

  it("a # behind a value of EnvironmentFile", () => {
    const file = { name: "gate.env", text: "OAUTH2_PROXY_ALLOWED_GROUPS=ops # ours\n" };

    const { problems } = read(unit("EnvironmentFile=/etc/gate.env", start()), { more: [file] });

    expect(problems).toEqual([expect.stringMatching(/^gate.env:1: has a # behind the value/)]);
  });
});
