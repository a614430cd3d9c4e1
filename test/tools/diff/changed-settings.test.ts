import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { schema } from "../../../server/config/schema.ts";
import { changedSettings } from "../../../server/tools/diff/changed-settings.ts";
import { configOf } from "../../peers/doorward.ts";

const base = {
  url: "https://auth.example.com",
  cookie: { domain: "example.com" },
  providers: { company: { type: "oidc", issuer: "https://id.example.com", clientId: "door" } },
  access: { anyone: true },
};
const folders = { old: ".", new: "." };
const generatedKey = generateKeyPairSync("ec", { namedCurve: "P-256" })
  .privateKey.export({ type: "pkcs8", format: "pem" })
  .toString();

function changed(old: Record<string, unknown>, later: Record<string, unknown>): string[] {
  const configs = { old: configOf({ ...base, ...old }), new: configOf({ ...base, ...later }) };
  return changedSettings(configs, folders);
}

describe("the changed settings", () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown>, string]>([
    [
      "the assertion",
      {},
      { assertion: { key: generatedKey } },
      "assertion: apps receive other assertions, or none",
    ],
    [
      "the key of the assertion",
      { assertion: { header: "X-App" } },
      { assertion: { header: "X-App", key: generatedKey } },
      "assertion.key: apps receive other assertions, or none",
    ],
    [
      "a session at each host",
      { cookie: undefined, hosts: ["example.com"], url: "https://{host}/_auth" },
      { cookie: undefined, hosts: ["example.com"], session: { perHost: true } },
      "session.perHost: every session ends, and visitors sign in at another address",
    ],
    [
      "what lists show",
      {},
      { session: { remember: true } },
      "session.remember: lists of sessions show the address and the browser of a sign-in, or no longer do",
    ],
    [
      "the times of sessions",
      {},
      { session: { remember: true, idle: "2d", lifetime: "9d" } },
      "session.lifetime, session.idle: sessions last for another time",
    ],
    [
      "where visitors may be led",
      {},
      { allowedRedirects: ["example.org"] },
      "allowedRedirects: a sign-in or sign-out may lead to other addresses",
    ],
  ])("have words of their own: %s", (_, old, later, line) => {
    const found = changed(old, later);

    expect(found).toContain(line);
    expect(found.join("\n")).not.toContain("PRIVATE KEY");
  });

  const shownByDecisions = ["access", "rules"];
  const ofTheProcess = ["replicas", "admin", "listen", "log"];
  const ofPages = ["pages", "signOut", "skipProviderButton"];

  it.each(Object.keys(schema.entries))("include %s, or it is excluded by name", (name) => {
    const old = configOf(base);
    const excluded = [...shownByDecisions, ...ofTheProcess, ...ofPages];

    const found = changedSettings({ old, new: { ...old, [name]: ["changed"] } }, folders);

    expect(found.length).toBe(excluded.includes(name) ? 0 : 1);
  });
});
