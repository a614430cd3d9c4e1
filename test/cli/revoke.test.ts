import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSite } from "../../server/config/site.ts";
import { revoke } from "../../server/cli/revoke.ts";
import { openStore } from "../../server/store/open-store.ts";
import { configOf } from "../peers/doorward.ts";
import { runDoorward, settingsFor, writeConfig } from "../peers/process.ts";
import { newSession, openSessions } from "../peers/sessions.ts";

const site = createSite({ url: "https://auth.example.com", cookie: {} });
const tenants = ["11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-000000000000"];
const issuerOf = (tenant: string) => `https://login.microsoftonline.com/${tenant}/v2.0`;

describe("sessions revoke", () => {
  let base: string;
  beforeEach(async () => (base = await mkdtemp(join(tmpdir(), "doorward-test-"))));
  afterEach(() => rm(base, { recursive: true }));

  it("ends the subject's sessions at every tenant of a provider, and names each tenant", async () => {
    const storage = { driver: "fs-lite", base };
    const issuer = "https://login.microsoftonline.com/organizations/v2.0";
    const config = configOf({
      url: "https://auth.example.com",
      storage,
      providers: { "entra-id": { issuer, clientId: "door", clientSecret: "shh", tenants } },
      access: { anyone: true },
    });
    const store = await openStore(storage);
    const sessions = openSessions({ store });
    const whose = tenants.flatMap((tenant) =>
      ["ada", "bob"].map((subject) => ({ tenant, subject })),
    );
    const tokens = await Promise.all(
      whose.map(({ tenant, subject }) =>
        sessions.start(newSession(site, { issuer: issuerOf(tenant), subject })),
      ),
    );

    const lines = await revoke(config, { all: false, subject: "ada", provider: undefined });
    const later = openSessions({ store });
    const found = await Promise.all(tokens.map((token) => later.find(site, token)));
    await store.close();

    expect(found.map((session) => session?.record.identity.subject)).toEqual([
      undefined,
      "bob",
      undefined,
      "bob",
    ]);
    expect(lines).toEqual(
      tenants.map((tenant) => `ended all sessions of ada at ${issuerOf(tenant)}`),
    );
  });

  it.each([["--all"], ["--subject", "ada"]])(
    "%s exits with 1 if the sessions are in the memory of another process",
    async (...words) => {
      const file = await writeConfig(settingsFor(4180));

      const finished = await runDoorward(["sessions", "revoke", ...words, "--config", file.path]);
      await file.remove();

      expect(finished).toMatchObject({ code: 1, stdout: "" });
      expect(finished.stderr).toContain("restart doorward");
    },
  );
});
