import { describe, expect, it } from "vitest";
import { imported, least, ofGroups } from "./importing.ts";
import { configMap, deployment, env } from "./kubernetes-manifest.ts";

const started = least.map(
  (line) =>
    `--${line.replace(" = ", "=").replaceAll("_", "-").replace("email-domains", "email-domain").replace("the door's own secret", "s").replaceAll('"', "")}`,
);

describe("an import does not lose", () => {
  it("the args of a container that it does not recognize, beside the container's ConfigMap", () => {
    const container = deployment(["args: [--config=/etc/a.cfg, --allowed-group=ops]"]).map((line) =>
      line.replace(/image: .*/, "image: registry.example.com/gate"),
    );
    const lines = [
      ...container,
      ...configMap("c", ["a.cfg: |", ...least.map((line) => `  ${line}`)]),
    ];

    const unknown = imported(lines, { name: "gate.yaml" });
    const named = imported(lines, { name: "gate.yaml", service: "gate" });

    expect(unknown.yaml).toBeUndefined();
    expect(unknown.problems.join("\n")).toContain(
      "contains no oauth2-proxy service: none has an image or a command of that name, or a variable OAUTH2_PROXY_…: name the service with --service NAME: gate",
    );
    expect(named.problems.join("\n")).toContain('--config: names the file "/etc/a.cfg"');
  });

  it("a container that starts before the others, and runs beside them", () => {
    const lines = deployment([...env, "args: [--allowed-group=ops]", "restartPolicy: Always"]).map(
      (line) => line.replace("containers:", "initContainers:"),
    );

    const { config, problems } = imported(
      [...lines, "      containers: [{ name: app, image: app }]"],
      { name: "gate.yaml" },
    );

    expect(problems).toEqual([]);
    expect(config).toMatchObject({ access: ofGroups("ops") });
  });

  it.each([
    ["set -a", "is not a command that the import understands"],
    ["set -o allexport", "is not a command that the import understands"],
    [". ./gate.env", "is not a command that the import understands"],
    ["declare -x OAUTH2_PROXY_ALLOWED_GROUPS=ops", "is not a command that the import understands"],
  ])("variables of a script by %s", (line, problem) => {
    const lines = [
      "#!/bin/bash",
      "set -euo pipefail",
      line,
      "OAUTH2_PROXY_ALLOWED_GROUPS=ops",
      `oauth2-proxy ${started.join(" ")}`,
    ];

    const { yaml, problems } = imported(lines, { name: "start.sh" });

    expect(yaml).toBeUndefined();
    expect(problems.join("\n")).toContain(`start.sh:3: ${problem}`);
  });

  it("without a word what oauth2-proxy ignores: variables that are not exported or not its own", () => {
    const lines = [
      "OAUTH2_PROXY_ALLOWED_GROUPS=ops",
      "export oauth2_proxy_allowed_groups=ops",
      "TEAM=x",
      `oauth2-proxy ${started.join(" ")} --scope=$TEAM`,
    ];

    const { notes, problems } = imported(lines, { name: "start.sh" });
    const file = imported(
      ["OAUTH2-PROXY_X=1", "Oauth2_Proxy_Allowed_Groups=ops", "OAUTH2_PROXY_CLIENT_ID=x"],
      { name: "a.env" },
    );

    expect(problems).toEqual([]);
    expect(notes).toEqual(
      expect.arrayContaining([
        "left out: OAUTH2_PROXY_ALLOWED_GROUPS: is not exported, so the program does not get it",
        "left out: oauth2_proxy_allowed_groups: is ignored by oauth2-proxy: did you mean OAUTH2_PROXY_ALLOWED_GROUPS?",
      ]),
    );
    expect(notes.join("\n")).not.toContain("TEAM");
    expect(file.problems.join("\n")).toContain("a.env:1: is not of the form NAME=value");
  });
});
