import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../server/config/load.ts";
import { testSecret } from "../peers/doorward.ts";

const folder = mkdtempSync(join(tmpdir(), "doorward-as-written-"));

/** The message about a file with these contents; "" = it is valid. */
function messageFor(name: string, text: string, environment: Record<string, string> = {}): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  try {
    loadConfig({ file, environment });
    return "";
  } catch (error) {
    return String(error);
  }
}

/** The message about a client id in YAML, in the second line. */
const ofClientId = (written: string) =>
  messageFor("id.yaml", `# ${written}\nproviders: { google: { clientId: ${written} } }\n`);

describe("another value where text is meant is shown as written, with its line", () => {
  it.each(
    "5 0 -7 +7 0123 0x10 0o17 1e3 12E03 1.10 .5 -0.0 12345678901234567890 .inf -.INF .nan true True FALSE".split(
      " ",
    ),
  )("in YAML: %s", (written) => {
    expect(ofClientId(written)).toContain(
      `providers.google.clientId: ${written} is not text: put it in quotes, "${written}" (line 2)`,
    );
  });

  it.each(["0123x", "yes", "on", "1_000", "2024-01-02", "12:30:45", '"0123"', "'1e3'", "!!str 7"])(
    "not if YAML reads it as text: %s",
    (written) => {
      expect(ofClientId(written)).not.toContain("clientId");
    },
  );

  it("in lists, in blocks, twice, and as an alias", () => {
    const text =
      "access:\n  groups: [1, 0123, &long 12345678901234567890, 1]\n  subjects:\n    - *long\n    - 1\n";
    const message = messageFor("lists.yaml", text);

    for (const line of [
      'access.groups.0: 1 is not text: put it in quotes, "1" (line 2)',
      'access.groups.1: 0123 is not text: put it in quotes, "0123" (line 2)',
      'access.groups.2: 12345678901234567890 is not text: put it in quotes, "12345678901234567890" (line 2)',
      'access.groups.3: 1 is not text: put it in quotes, "1" (line 2)',
      'access.subjects.0: 12345678901234567890 is not text: put it in quotes, "12345678901234567890" (line 2)',
      'access.subjects.1: 1 is not text: put it in quotes, "1" (line 5)',
    ])
      expect(message).toContain(line);
  });

  it.each([
    ["0x1F", "0x1F"],
    ["1_000", "1_000"],
    ["+1.50", "+1.50"],
    ["-inf", "-inf"],
    ["true", "true"],
    ["1979-05-27", "1979-05-27"],
    ["1979-05-27T07:32:00Z", "1979-05-27T07:32:00Z"],
    ["07:32:00", "07:32:00"],
  ])("in TOML: %s", (written, shown) => {
    expect(messageFor("id.toml", `[providers.google]\nclientId = ${written}\n`)).toContain(
      `providers.google.clientId: ${shown} is not text: put it in quotes, "${shown}" (line 2)`,
    );
  });

  it("in JSON", () => {
    const text = '{"providers":\n{"google":{"clientId":12345678901234567890,"audience":1.10}}}';

    expect(messageFor("id.json", text)).toMatch(
      /clientId: 12345678901234567890 is not text: put it in quotes, "12345678901234567890" \(line 2\)\n.*audience: 1\.10 is not text: put it in quotes, "1\.10" \(line 2\)/,
    );
  });

  it("not if it may be a secret", () => {
    const text = `secret: 73219876543210\nproviders: { google: { clientId: x, clientSecret: 0123987 } }`;
    const message = messageFor("secret.yaml", text);

    expect(message).toContain("secret: is not text: put it in quotes (line 1)");
    expect(message).toContain("google.clientSecret: is not text: put it in quotes (line 2)");
    expect(message).not.toMatch(/7321987|0123987/);
  });

  it("not from the file if a variable set it", () => {
    const variable = { DOORWARD_ACCESS: '{"groups":[5]}' };
    const message = messageFor("variable.yaml", "access: { groups: [5] }", variable);

    expect(message).toMatch(/access\.groups\.0: 5 is not text: put it in quotes$/m);
  });
});

it("a number without a unit is no duration", () => {
  const message = messageFor("duration.yaml", "session: { idle: 090 }");

  expect(message).toContain(
    "session.idle: 090 is not a duration: use 90s, 15m, 24h or 7d (line 1)",
  );
});

describe("a number among the claims of a rule", () => {
  const rule = (claims: string, environment: Record<string, string> = {}) =>
    messageFor(
      "claims.yaml",
      [
        `url: https://auth.example.com`,
        `secret: ${testSecret}`,
        `providers: { google: { clientId: x, clientSecret: s } }`,
        `access: { anyone: true }`,
        `rules: [{ path: /7, allow: { claims: ${claims} } }]`,
      ].join("\n"),
      environment,
    );

  it.each(["0123", "12345678901234567890", "1e3", "0x10", "1.0"])(
    "that is read as another one is a fault: %s",
    (written) => {
      const found = `${written} is read as the number ${String(Number(written))}: write that, or put it in quotes for text, "${written}" (line 5)`;

      expect(rule(`{ staff: ${written} }`)).toContain(`rules.0.allow.claims.staff: ${found}`);
      expect(rule(`{ staff: [7, ${written}] }`)).toContain(
        `rules.0.allow.claims.staff.1: ${found}`,
      );
    },
  );

  it("that may be rounded is a fault in a variable too, and as it was rounded", () => {
    const rounded = "12345678901234567000 may be a rounded number: put it in quotes for text";
    const DOORWARD_RULES = '[{"path":"/7","allow":{"claims":{"staff":12345678901234567890}}}]';

    expect(rule("{ staff: 12345678901234567000 }")).toContain(rounded);
    expect(rule("{ staff: 7 }", { DOORWARD_RULES })).toContain(rounded);
  });

  it.each(["7", "-7", "0", "1.5", '"0123"', "true"])("is none otherwise: %s", (written) => {
    expect(rule(`{ staff: ${written} }`)).toBe("");
  });
});

describe("a secret of digits", () => {
  const digits = "1234567890".repeat(5);

  it.each([
    ["number.yaml", `secret: ${digits}\n`, "secret: is not text: put it in quotes (line 1)"],
    ["list.yaml", `secret: [${digits}]\n`, "secret: is not a list of texts: put each in quotes"],
    ["number.toml", `secret = ${digits}\n`, /line 1, column 10: .*: put it in quotes/],
    ["number.json", `{ "secret": ${digits} }`, "secret: is not text: put it in quotes (line 1)"],
  ])("in %s is not shown, and needs quotes", (name, text, message) => {
    expect(messageFor(name, text)).toMatch(message);
    expect(messageFor(name, text)).not.toContain("12345");
  });

  it("in quotes is a secret", () => {
    expect(messageFor("quoted.yaml", `secret: "${digits}"\n`)).not.toContain("secret:");
  });
});
