import { describe, expect, it } from "vitest";
import { imported } from "./importing.ts";

const options = [
  "OAUTH2_PROXY_CLIENT_ID=door",
  "OAUTH2_PROXY_CLIENT_SECRET=s",
  "OAUTH2_PROXY_REDIRECT_URL=https://auth.example.com/oauth2/callback",
];

const service = (...lines: string[]) =>
  ["services:", "  gate:", "    image: oauth2-proxy", ...lines.map((line) => `    ${line}`)].join(
    "\n",
  );

describe("an env_file", () => {
  const base = { name: "base.env", text: [...options, "OAUTH2_PROXY_EMAIL_DOMAINS=*"].join("\n") };
  const narrow = { name: "prod.env", text: "OAUTH2_PROXY_EMAIL_DOMAINS=example.com\n" };

  it("overrides an earlier one, and environment overrides both", () => {
    const files = service("env_file: [base.env, ./prod.env]");
    const both = service(
      "env_file: [base.env]",
      "environment: [OAUTH2_PROXY_EMAIL_DOMAINS=example.org]",
    );

    const later = imported(files, { name: "compose.yaml", more: [narrow, base] });
    const environment = imported(both, { name: "compose.yaml", more: [base] });

    expect(later.problems).toEqual([]);
    expect(later.config).toMatchObject({ access: { domains: ["example.com"] } });
    expect(environment.config).toMatchObject({ access: { domains: ["example.org"] } });
  });

  it("that no file names must not contradict another one, because one replaces the other", () => {
    const { yaml, problems } = imported(base.text, { name: "base.env", more: [narrow] });

    expect(yaml).toBeUndefined();
    expect(problems).toEqual([
      "prod.env:1: OAUTH2_PROXY_EMAIL_DOMAINS: contradicts base.env:4: keep one",
    ]);
  });

  it.each([
    `OAUTH2_PROXY_ALLOWED_GROUPS="ops`,
    `OAUTH2_PROXY_ALLOWED_GROUPS="o\\"ps"`,
    `OAUTH2_PROXY_ALLOWED_GROUPS='a'b'`,
  ])("%s is refused, because programs read it differently", (line) => {
    const { problems } = imported([...options, line], { name: "proxy.env" });

    expect(problems.join("\n")).toMatch(
      /^proxy.env:4: OAUTH2_PROXY_ALLOWED_GROUPS: has quotes or/m,
    );
  });

  it("has the variables of compose and of its own earlier lines, and a step for a default", () => {
    const text = [
      ...options,
      "TEAM=example",
      "OAUTH2_PROXY_EMAIL_DOMAINS=$TEAM.com,${MORE:-example.org}",
    ];
    const file = { name: "gate.env", text: text.join("\n") };

    const { config, notes, problems } = imported(service("env_file: gate.env"), {
      name: "compose.yaml",
      more: [file],
    });

    expect(problems).toEqual([]);
    expect(config).toMatchObject({ access: { domains: ["example.com", "example.org"] } });
    expect(notes.join("\n")).toContain("to do: $MORE: is not set here");
  });

  it("has comments behind quotes", () => {
    const lines = [...options, `OAUTH2_PROXY_EMAIL_DOMAINS="example.com" # ours`];

    const { config, problems } = imported(lines, { name: "proxy.env" });

    expect(problems).toEqual([]);
    expect(config).toMatchObject({ access: { domains: ["example.com"] } });
  });
});
