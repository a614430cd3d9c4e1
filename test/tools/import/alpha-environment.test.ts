import { describe, expect, it } from "vitest";
import { imported, ofGroups } from "./importing.ts";

const alpha = (...lines: string[]) => ({
  name: "alpha.yaml",
  text: [
    "providers:",
    "  - provider: oidc",
    "    clientID: ${CLIENT_ID:-door}",
    "    clientSecret: ${OAUTH2_PROXY_CLIENT_SECRET}",
    "    oidcConfig: { issuerURL: https://id.example.com }",
    ...lines.map((line) => `    ${line}`),
  ].join("\n"),
});

const variables = [
  "OAUTH2_PROXY_EMAIL_DOMAINS=*",
  "OAUTH2_PROXY_REDIRECT_URL=https://auth.example.com/oauth2/callback",
];

const compose = (...more: string[]) =>
  [
    "services:",
    "  gate:",
    "    image: oauth2-proxy",
    "    command: --alpha-config=/alpha.yaml",
    "    environment:",
    ...[...variables, ...more].map((line) => `      - ${line}`),
  ].join("\n");

describe("an alpha configuration", () => {
  it("has the values of the program's environment", () => {
    const { config, problems } = imported(
      compose("CLIENT_ID=own", "TEAM=ops", "OAUTH2_PROXY_CLIENT_SECRET=s3"),
      { name: "compose.yaml", more: [alpha('allowedGroups: ["${TEAM}"]')] },
    );

    expect(problems).toEqual([]);
    expect(config).toMatchObject({
      access: ofGroups("ops"),
      providers: { oidc: { clientId: "own", clientSecret: "s3" } },
    });
  });

  it("has a step for a secret that is not set, and is refused for another option", () => {
    const secret = imported(variables, { name: "a.env", more: [alpha("allowedGroups: [ops]")] });
    const groups = imported(variables, {
      name: "a.env",
      more: [alpha('allowedGroups: ["${TEAM}"]')],
    });

    expect(secret.problems).toEqual([]);
    expect(secret.config).toMatchObject({ access: ofGroups("ops") });
    expect(secret.notes.join("\n")).toContain(
      "clientSecret: its value comes from the environment of oauth2-proxy",
    );
    expect(groups.problems).toEqual([
      "alpha.yaml:6: allowedGroups: contains a variable that only the environment of oauth2-proxy can resolve: import a copy of the file with the value instead",
    ]);
  });

  it("is not widened by variables that oauth2-proxy ignores beside it", () => {
    const { config, notes, problems } = imported(
      compose("OAUTH2_PROXY_ALLOWED_GROUPS=everyone", "OAUTH2_PROXY_CLIENT_SECRET=s"),
      { name: "compose.yaml", more: [alpha("allowedGroups: [ops]")] },
    );

    expect(problems).toEqual([]);
    expect(config).toMatchObject({ access: ofGroups("ops") });
    expect(notes.join("\n")).toContain(
      "left out: OAUTH2_PROXY_ALLOWED_GROUPS at compose.yaml:8: is ignored by oauth2-proxy beside an alpha",
    );
  });
});
