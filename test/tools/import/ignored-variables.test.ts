import { describe, expect, it } from "vitest";
import { imported } from "./importing.ts";

const variables = [
  "OAUTH2_PROXY_CLIENT_ID=door",
  "OAUTH2_PROXY_CLIENT_SECRET=the door's own secret",
  "OAUTH2_PROXY_REDIRECT_URL=https://auth.example.com/oauth2/callback",
  "OAUTH2_PROXY_EMAIL_DOMAINS=example.com",
];

function importedWith(...lines: string[]) {
  const result = imported([...variables, ...lines], { name: "oauth2-proxy.env" });
  expect(result.problems).toEqual([]);
  return { config: result.config, notes: result.notes };
}

describe("a variable that oauth2-proxy ignores", () => {
  it.each([
    ["OAUTH2_PROXY_UPSTREAM=static://202", "left out", "OAUTH2_PROXY_UPSTREAMS"],
    ["OAUTH2_PROXY_COOKIE_DOMAIN=.example.com", "left out", "OAUTH2_PROXY_COOKIE_DOMAINS"],
    ["OAUTH2_PROXY_ALLOWED_GROUP=ops", "to do", "OAUTH2_PROXY_ALLOWED_GROUPS"],
    ["OAUTH2_PROXY_GITHUB_ORGS=acme", "to do", "OAUTH2_PROXY_GITHUB_ORG"],
  ])("as %s is %s, with the name that is meant", (line, kind, meant) => {
    const [name] = line.split("=");
    const { config, notes } = importedWith(line);

    expect(config).toEqual(importedWith().config);
    const [note, ...more] = notes.filter((one) => one.includes(`: ${name}: `));
    expect(note).toMatch(new RegExp(`^${kind}: .*ignores .*did you mean ${meant}\\?$`));
    expect(note?.includes("DOES NOT EXIST")).toBe(kind === "to do");
    expect(more).toEqual([]);
  });

  it.each(["SERVICE_HOST=10.0.0.7", "PORT=tcp://10.0.0.7:4180", "PORT_4180_TCP_ADDR=10.0.0.7"])(
    "as Kubernetes adds it is left out: %s",
    (variable) => {
      const { notes } = importedWith(`OAUTH2_PROXY_${variable}`);

      expect(notes.join("\n")).toMatch(
        new RegExp(`^left out: OAUTH2_PROXY_${variable.split("=")[0]}: oauth2-proxy ignores`, "m"),
      );
    },
  );

  it("as an empty one is not set", () => {
    const { config, notes } = importedWith(
      "OAUTH2_PROXY_ALLOWED_GROUPS=",
      "OAUTH2_PROXY_COOKIE_SECURE=",
      "OAUTH2_PROXY_NOT_KNOWN=",
    );

    expect(config).toEqual(importedWith().config);
    expect(notes).toEqual(importedWith().notes);
  });

  it("leaves the value of a file in force if it is empty", () => {
    const more = [{ name: "oauth2-proxy.cfg", text: 'cookie_expire = "12h"' }];
    const { config } = imported([...variables, "OAUTH2_PROXY_COOKIE_EXPIRE="], {
      name: "oauth2-proxy.env",
      more,
    });

    expect(config).toMatchObject({ session: { lifetime: "12h" } });
  });
});
