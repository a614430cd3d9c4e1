import { describe, expect, it } from "vitest";
import { imported, least, ofGroups } from "./importing.ts";

const flags = [
  "--client-id=door",
  "--redirect-url=https://auth.example.com/oauth2/callback",
  "--provider=oidc",
  "--oidc-issuer-url=https://id.example.com",
  "--email-domain=*",
];

const read = (
  lines: readonly string[] | string,
  options: Omit<Parameters<typeof imported>[1], "name"> = {},
) => imported(lines, { name: "start.sh", ...options });

const secret = "--client-secret=s";
const own = (...more: string[]) => ["oauth2-proxy", ...flags, secret, ...more].join(" ");
const docker = (options: string, ...more: string[]) =>
  `docker run -d --name gate -p 4180:4180 ${options} quay.io/oauth2-proxy/oauth2-proxy:latest ${[...flags, secret, ...more].join(" ")}`;
const groups = { access: ofGroups("ops") };

describe("a restriction in a pasted command line takes effect", () => {
  it.each<[structure: string, lines: string[]]>([
    ["in a flag", [own("--allowed-group=ops")]],
    ["behind a prompt and sudo", [`$ sudo /usr/local/bin/${own("--allowed-group ops")}`]],
    ["in quotes", [own(`--allowed-group="ops"`)]],
    ["in single quotes as a whole", [own(`'--allowed-group=ops'`)]],
    [
      "in a continued line",
      ["#!/bin/sh", "set -eu", `exec ${own()} \\`, "  --reverse-proxy \\", "  --allowed-group=ops"],
    ],
    [
      "in flags alone",
      [...flags, secret, "--allowed-group=ops"]
        .map((flag) => `${flag} \\`)
        .toSpliced(-1, 1, "--allowed-group=ops"),
    ],
    ["in an exported variable", ["export OAUTH2_PROXY_ALLOWED_GROUPS=ops", own()]],
    ["in a variable in front of the command", [`OAUTH2_PROXY_ALLOWED_GROUPS=ops ${own()}`]],
    ["in a variable of the shell", ["TEAM=ops", own("--allowed-group=$TEAM")]],
    ["in a variable in double quotes", ["TEAM=ops", own(`--allowed-group="\${TEAM}"`)]],
    ["in a flag of docker run", [docker("", "--allowed-group=ops")]],
    ["in a variable of docker run", [docker("-e OAUTH2_PROXY_ALLOWED_GROUPS=ops")]],
    [
      "in an attached variable of docker run",
      [docker("--rm -it -eOAUTH2_PROXY_ALLOWED_GROUPS=ops")],
    ],
    [
      "in a long variable of docker run",
      [docker("--restart unless-stopped --env=OAUTH2_PROXY_ALLOWED_GROUPS=ops")],
    ],
    [
      "in a variable that docker run passes on",
      ["export OAUTH2_PROXY_ALLOWED_GROUPS=ops", docker("-e OAUTH2_PROXY_ALLOWED_GROUPS")],
    ],
    [
      "in a continued docker run",
      [docker("\\\n  --network web \\\n  -v /a:/b \\\n", "\\\n  --allowed-group=ops")],
    ],
    ["in podman", [docker("", "--allowed-group=ops").replace("docker", "podman")]],
  ])("%s", (_, lines) => {
    const { config, problems } = read(lines);

    expect(problems).toEqual([]);
    expect(config).toMatchObject(groups);
  });

  it("in given files: of --env-file, --config and a volume", () => {
    const file = { name: "gate.env", text: "OAUTH2_PROXY_ALLOWED_GROUPS=ops\n" };
    const cfg = { name: "gate.cfg", text: least.join("\n") };

    const byFile = read(docker("--env-file ./gate.env"), { more: [file] });
    const byConfig = read("oauth2-proxy --config /etc/gate.cfg", { more: [cfg] });
    const byVolume = read("docker run -v $PWD/gate.cfg:/a.cfg:ro oauth2-proxy --config /a.cfg", {
      more: [cfg],
      environment: { PWD: "/srv" },
    });

    expect([byFile, byConfig, byVolume].flatMap(({ problems }) => problems)).toEqual([]);
    expect(byFile.config).toMatchObject(groups);
    expect(byConfig.config).toMatchObject({ access: { domains: ["example.com"] } });
    expect(byVolume.config).toMatchObject({ access: { domains: ["example.com"] } });
  });

  it("and a secret that a command prints is a step", () => {
    const { config, notes, problems } = read(
      `oauth2-proxy ${flags.join(" ")} --client-secret="$(cat secret)" --allowed-group=ops`,
    );

    expect(problems).toEqual([]);
    expect(config).toMatchObject(groups);
    expect(notes.join("\n")).toContain(
      "--client-secret: its value comes from the shell: set DOORWARD_PROVIDERS",
    );
  });
});

describe("a pasted command line is refused, with the line, if it has", () => {
  it.each<[structure: string, lines: string[], problem: string]>([
    ["a pipe", [own("| tee log")], "start.sh:1: has | outside quotes"],
    [
      "a second command behind ;",
      [own("; oauth2-proxy --allowed-group=ops")],
      "start.sh:1: has ; outside quotes",
    ],
    ["a second command", [own(), own("--allowed-group=ops")], "start.sh:2: is a second command"],
    [
      "another command",
      [own(), "systemctl restart nginx"],
      "start.sh:2: is not a command that the import understands",
    ],
    [
      "the output of a command",
      [own("--allowed-group=$(cat group)")],
      "start.sh:1: has ( outside quotes",
    ],
    [
      "the output of a command in quotes",
      [own(`--allowed-group="$(cat group)"`)],
      "--allowed-group: contains a variable that only the shell can resolve",
    ],
    [
      "a variable that is not set",
      [own(`--allowed-group=$TEAM`)],
      "--allowed-group: contains a variable",
    ],
    [
      "an argument of a script",
      [own(`--allowed-group=$1`)],
      "--allowed-group: contains a variable",
    ],
    ["braces", [own("--allowed-group={ops,dev}")], "has { outside quotes"],
    ["an open quote", [own(`--allowed-group="ops`)], 'has a " without'],
    ["a word that is no flag", [own("allowed-group=ops")], "in the command is not a flag"],
    [
      "the plural of a flag, which oauth2-proxy refuses",
      [own("--allowed-groups=ops")],
      "--allowed-groups: is unknown: did you mean --allowed-group?",
    ],
    [
      "an entry in quotes of its own",
      [own(`'--allowed-group="ops,dev",staff'`)],
      "--allowed-group: has quotes, which oauth2-proxy reads as those of CSV",
    ],
    ["an unknown flag", [own("--reverse-proxies ops")], "did you mean --reverse-proxy?"],
    [
      "a comment behind the command",
      [own("# --allowed-group=ops")],
      "in the command is not a flag",
    ],
    [
      "a --config that was not given",
      [own("\\", "--config=/etc/gate.cfg").replace("\\ ", "\\\n")],
      'start.sh:2: --config: names the file "/etc/gate.cfg"',
    ],
    [
      "an --env-file that was not given",
      [docker("--env-file=gate.env")],
      'start.sh:1: --env-file: names the file "gate.env"',
    ],
    [
      "an unknown option of docker",
      [docker("--opts a")],
      "start.sh:1: --opts: is not an option of docker run",
    ],
    [
      "another command of docker",
      ["docker exec gate oauth2-proxy --allowed-group=ops"],
      "is not of the form docker run",
    ],
    [
      "a variable that docker run passes on and nothing sets",
      [docker("-e OAUTH2_PROXY_ALLOWED_GROUPS")],
      "OAUTH2_PROXY_ALLOWED_GROUPS: contains a variable",
    ],
    [
      "a shell in the container",
      [docker("--entrypoint sh", "-c 'oauth2-proxy --allowed-group=ops'")],
      '"sh" in the command is not a flag',
    ],
  ])("%s", (_, lines, problem) => {
    const { yaml, problems } = read(lines);

    expect(yaml).toBeUndefined();
    expect(problems.join("\n")).toContain(problem);
  });

  it("an --env-file with quotes, which docker takes for a part of the value", () => {
    const file = { name: "gate.env", text: 'OAUTH2_PROXY_ALLOWED_GROUPS="ops"\n' };

    const { config } = read(docker("--env-file gate.env"), { more: [file] });

    expect(config).toMatchObject({ access: ofGroups('"ops"') });
  });
});
