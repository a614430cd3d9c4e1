import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createSite } from "../../server/config/site.ts";
import type { Config } from "../../server/config/schema.ts";
import { sessionDigest } from "../../server/session/digest.ts";
import { ListedSessions } from "../../server/session/listed-sessions.ts";
import { storeKey } from "../../server/session/sealed-records.ts";
import type { NewSession, Sessions } from "../../server/session/sessions.ts";
import { openStore } from "../../server/store/open-store.ts";
import type { Store } from "../../server/store/store.ts";
import { configOf, testSecret } from "../peers/doorward.ts";
import { runDoorward, settingsFor, writeConfig } from "../peers/process.ts";
import { listed, listedObjects, revokeById } from "../peers/session-list.ts";
import { newSession, openSessions } from "../peers/sessions.ts";

const site = createSite({ url: "https://auth.example.com", cookie: {} });
const issuer = "https://id.example.com";
const otherSecret = "M3vK8sQxT1yWcR6nLf0aJ9hGd5uZp2eBi7oXkVtYrUw";
const company = { type: "oidc", issuer, clientId: "door", clientSecret: "x".repeat(20) };

let base: string;
let store: Store;
let sessions: Sessions;
let config: Config;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "doorward-test-"));
  const storage = { driver: "fs-lite", base };
  store = await openStore(storage);
  sessions = openSessions({ store });
  config = configOf({
    url: "https://auth.example.com",
    storage,
    providers: { company, partner: { ...company, issuer: "https://partner.example" } },
    access: { anyone: true },
  });
});
afterEach(async () => {
  await store.close();
  await rm(base, { recursive: true });
});

const start = (subject: string, signIn?: NewSession["signIn"], at = issuer) =>
  sessions.start({ ...newSession(site, { subject, issuer: at }), signIn });

describe("sessions list", () => {
  it("writes a table, with the session used last at the top", async () => {
    const place = { address: "203.0.113.7", browser: "Mozilla/5.0 (X11) Firefox/143.0" };
    const [one, two] = [await start("ada", place), await start("bob")];

    const lines = (await listed(config)).split("\n");

    const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d`;
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^id +provider +subject +site +since +last use +address +browser$/);
    const rows = lines.slice(1).toSorted();
    const cells = (token: string, subject: string, rest: string) =>
      new RegExp(
        `^${sessionDigest(token)}  company   ${subject}      https://auth\\.example\\.com/  ${time}  ${time}${rest}$`,
      );
    const ofAda = cells(
      one,
      "ada",
      String.raw`  203\.0\.113\.7  Mozilla/5\.0 \(X11\) Firefox/143\.0`,
    );
    expect(rows.filter((row) => ofAda.test(row))).toHaveLength(1);
    expect(rows.filter((row) => cells(two, "bob", "").test(row))).toHaveLength(1);
  });

  it("writes one JSON object per line, of one person where a subject is named", async () => {
    const token = await start("ada", { address: "203.0.113.7", browser: "curl/8.5" });
    await start("bob");
    await start("ada", undefined, "https://partner.example");

    const [mine, ofCompany, everyone] = [
      await listedObjects(config, { subject: "ada" }),
      await listedObjects(config, { subject: "ada", provider: "company" }),
      await listedObjects(config),
    ];

    expect([mine, ofCompany, everyone].map(({ length }) => length)).toEqual([2, 1, 3]);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(ofCompany[0]).toEqual({
      id: sessionDigest(token),
      provider: "company",
      issuer,
      subject: "ada",
      site: "https://auth.example.com/",
      since: time,
      lastUse: time,
      until: time,
      address: "203.0.113.7",
      browser: "curl/8.5",
    });
  });

  it("writes that there are no sessions, and nothing as JSON", async () => {
    expect([await listed(config), await listed(config, { json: true })]).toEqual([
      "no sessions\n",
      "",
    ]);
  });

  it.each([{ provider: "company" }, { subject: "ada", provider: "unknown" }])(
    "refuses the options %o",
    async (options) => {
      await expect(listed(config, options)).rejects.toThrow(
        /--provider needs|unknown provider "unknown"/,
      );
    },
  );
});

describe("sessions revoke --id", () => {
  it("ends this session and no other of the person", async () => {
    const [one, two] = [await start("ada"), await start("ada")];

    const lines = await revokeById(config, sessionDigest(one));

    const later = openSessions({ store });
    const found = [await later.find(site, one), await later.find(site, two)];
    expect(found.map((session) => session !== undefined)).toEqual([false, true]);
    expect(lines).toEqual([`ended the session ${sessionDigest(one)} of ada at ${issuer}`]);
  });

  it("ends a session that an earlier version or another secret wrote", async () => {
    const others = openSessions({ store, secrets: [otherSecret] });
    const token = await others.start(newSession(site));

    const lines = await revokeById(config, sessionDigest(token));

    const again = openSessions({ store, secrets: [otherSecret] });
    expect(await again.find(site, token)).toBeUndefined();
    expect(lines).toEqual([`ended the session ${sessionDigest(token)}`]);
  });

  it("ends none of two sessions with the same id, and names both", async () => {
    const tokens = [await start("ada"), await start("bob")];
    const keysWith = vi
      .spyOn(ListedSessions.prototype, "keysWith")
      .mockResolvedValue(tokens.map(storeKey));

    const reason = await revokeById(config, "0123456789ab").catch(String);
    keysWith.mockRestore();

    expect(reason).toContain("2 sessions have the id 0123456789ab, of ada and bob");
    expect(await listedObjects(config)).toHaveLength(2);
  });

  it("reports an id that no session has", async () => {
    await start("ada");

    await expect(revokeById(config, "0123456789ab")).rejects.toThrow(
      "no session has the id 0123456789ab",
    );
  });
});

describe("the commands", () => {
  it("list and end sessions, and refuse what is ambiguous", async () => {
    const token = await start("ada");
    const file = await writeConfig({
      ...settingsFor(4180, issuer),
      secret: testSecret,
      storage: { driver: "fs-lite", base },
    });
    const run = (...words: string[]) =>
      runDoorward(["sessions", ...words, "--config", file.path], {}, file.folder);

    const before = await run("list", "--json");
    const ended = await run("revoke", "--id", sessionDigest(token));
    const after = await run("list", "--subject", "ada");
    const refused = [
      await run("revoke", "--id", "0123456789ab", "--all"),
      await run("revoke", "--id", "0123456789ab", "--provider", "company"),
      await run("revoke"),
    ];
    await file.remove();

    expect([JSON.parse(before.stdout)]).toMatchObject([
      { id: sessionDigest(token), subject: "ada" },
    ]);
    expect(before.stderr).toContain("no doorward with this secret has used this store");
    expect(ended).toMatchObject({
      code: 0,
      stdout: `ended the session ${sessionDigest(token)} of ada at ${issuer}\n`,
    });
    expect(ended.stderr).toMatch(
      new RegExp(
        `"event":"sessions_revoked","reason":"operator".*"session":"${sessionDigest(token)}"`,
      ),
    );
    expect(after).toMatchObject({ code: 0, stdout: "no sessions\n" });
    for (const { code, stdout, stderr } of refused) {
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toContain("write one of --subject SUBJECT for one person, --id ID");
    }
  });

  it("exit with 1 if the sessions are in the memory of another process, or the folder is missing", async () => {
    const memory = await writeConfig(settingsFor(4180));
    const missing = join(base, "missing");
    const folder = await writeConfig({
      ...settingsFor(4180),
      storage: { driver: "fs-lite", base: missing },
    });
    const finished = await Promise.all(
      [memory, folder].map(({ path }) => runDoorward(["sessions", "list", "--config", path])),
    );
    await Promise.all([memory.remove(), folder.remove()]);

    expect(finished).toMatchObject([
      { code: 1, stdout: "" },
      { code: 1, stdout: "" },
    ]);
    expect(finished[0]?.stderr).toContain("no command can list them");
    expect(finished[1]?.stderr).toContain(`"${missing}" does not exist, so it has no sessions`);
  });
});
