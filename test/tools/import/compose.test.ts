import { describe, expect, it } from "vitest";
import { compose, environment, read } from "./compose-file.ts";
import { ofGroups } from "./importing.ts";

const restricted = { access: ofGroups("ops") };

describe("a restriction in a compose file takes effect", () => {
  const groups = "OAUTH2_PROXY_ALLOWED_GROUPS: ops";

  it.each<[structure: string, lines: string[]]>([
    [
      "in a merged environment",
      compose([...environment, "  <<: *restrict"], { head: [`x-r: &restrict { ${groups} }`] }),
    ],
    [
      "in the second of two merged environments",
      compose([...environment, "  <<: [*other, *restrict]"], {
        head: ["x-o: &other { TZ: UTC }", `x-r: &restrict { ${groups} }`],
      }),
    ],
    [
      "in a merged environment that merges another one",
      compose([...environment, "  <<: *outer"], {
        head: [`x-r: &restrict { ${groups} }`, "x-o: &outer { <<: *restrict }"],
      }),
    ],
    [
      "in a merged service",
      compose([...environment, "<<: *common"], {
        head: ["x-c: &common", "  command: [--allowed-group=ops]"],
      }),
    ],
    [
      "in an anchor of another service",
      compose([...environment, "command: *flags"], {
        head: [],
        tail: ["  app: { image: app }"],
      }).toSpliced(1, 0, "  first: { image: app, command: &flags [--allowed-group, ops] }"),
    ],
    [
      "in a service that is extended",
      compose([...environment, "extends: { service: base }"], {
        tail: ["  base:", `    environment: { ${groups} }`],
      }),
    ],
    [
      "in a service that is extended twice",
      compose([...environment, "extends: middle"], {
        tail: ["  middle: { extends: base }", "  base: { command: [--allowed-group=ops] }"],
      }),
    ],
    ["in a quoted command", compose([...environment, `command: '--allowed-group "ops"'`])],
    [
      "in the entrypoint",
      compose([...environment, "entrypoint: /bin/oauth2-proxy --allowed-group=ops"]),
    ],
    [
      "in a folded command",
      compose([...environment, "command: >-", "  --reverse-proxy", "  --allowed-group=ops"]),
    ],
  ])("%s", (_, lines) => {
    const { config, problems } = read(lines);

    expect(problems).toEqual([]);
    expect(config).toMatchObject(restricted);
  });

  it("in another given file: an extended one, an overriding one, an included one", () => {
    const over = compose([`environment: { ${groups} }`]).join("\n");
    const base = { name: "base.yaml", text: over };

    const extended = read(
      compose([...environment, "extends: { file: ./base.yaml, service: oauth2-proxy }"]),
      { more: [base] },
    );
    const overridden = read(compose(environment), {
      more: [{ ...base, name: "compose.override.yaml" }],
      beside: { "compose.override.yaml": over },
    });
    const included = read(compose(environment, { head: ["include: [base.yaml]"] }), {
      more: [base],
    });

    for (const { config, problems } of [extended, overridden, included]) {
      expect(problems).toEqual([]);
      expect(config).toMatchObject(restricted);
    }
  });

  it("a key of the map itself overrides a merged one, and the first merged map the second", () => {
    const head = [
      "x-a: &a { OAUTH2_PROXY_ALLOWED_GROUPS: a }",
      "x-b: &b { OAUTH2_PROXY_ALLOWED_GROUPS: b, OAUTH2_PROXY_CLIENT_ID: b }",
    ];

    const { config, problems } = read(compose([...environment, "  <<: [*a, *b]"], { head }));

    expect(problems).toEqual([]);
    expect(config).toMatchObject({
      access: ofGroups("a"),
      providers: { oidc: { clientId: "door" } },
    });
  });
});
