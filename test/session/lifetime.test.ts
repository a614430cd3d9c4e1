import { readFile } from "node:fs/promises";
import { afterEach, describe, expect, it } from "vitest";
import { client } from "../peers/sign-in-door.ts";
import { storeSession, type StoredSession } from "./stored-session.ts";

const minute = 60_000;
let stored: StoredSession;

afterEach(() => stored.close());

async function status(): Promise<number> {
  return (await stored.door.verify(stored.browser)).status;
}

/** The status from a new process, which has only the store. */
async function coldStatus(settings?: Record<string, unknown>): Promise<number> {
  return (await (await stored.door.reopen(settings)).verify(stored.cookie)).status;
}

/** The number of writes of the session's record. */
async function version(): Promise<unknown> {
  const [file = ""] = await stored.files();
  const { version: written }: Record<string, unknown> = JSON.parse(await readFile(file, "utf8"));
  return written;
}

describe("a session", () => {
  it("ends after its lifetime, even if it is used all the time", async () => {
    stored = await storeSession({ session: { lifetime: "2h", idle: "30m" } });
    const { clock } = stored.door;
    const verdicts: number[] = [];

    for (let passed = 1; passed < 120; passed++) {
      clock.now += minute;
      verdicts.push(await status());
      // Wait for the background write of the last use: half an hour of this clock passes quickly.
      await expect.poll(version, { interval: 1 }).toBe(1 + Math.floor(passed / 3));
    }
    clock.now += minute - 1;
    const last = [await status(), await coldStatus()];
    clock.now += 1;
    const over = [await coldStatus(), await status()];

    expect(new Set(verdicts)).toEqual(new Set([200]));
    expect(last).toEqual([200, 200]);
    expect(over).toEqual([302, 302]);
  });

  it("stays ended when the clock goes back, and is removed from the store", async () => {
    stored = await storeSession({ session: { lifetime: "2h", idle: "2h" } });
    stored.door.clock.now += 120 * minute;

    const over = await status();
    stored.door.clock.now -= 60 * minute;

    expect([over, await status()]).toEqual([302, 302]);
    await expect.poll(() => stored.files()).toEqual([]);
  });

  it("ends after its idle time, cached or not", async () => {
    stored = await storeSession({ session: { lifetime: "7d", idle: "30m" } });
    const { clock } = stored.door;

    clock.now += 30 * minute - 1;
    const cold = await stored.door.reopen();
    const justInTime = await status();
    // Wait for the background write of the last use: half an hour of this clock passes quickly.
    await expect.poll(version, { interval: 1 }).toBe(2);
    clock.now += 30 * minute - 1;
    const again = await status();
    clock.now += 30 * minute;

    expect([justInTime, again]).toEqual([200, 200]);
    expect((await cold.verify(stored.cookie)).status).toBe(302);
    expect(await status()).toBe(302);
  });

  it("keeps its time of last use over a restart, to within a tenth of the idle time", async () => {
    stored = await storeSession({ session: { lifetime: "7d", idle: "100m" } });
    const { clock } = stored.door;
    clock.now += 95 * minute;
    await status();
    await stored.door.doorward.app.close();
    clock.now += 95 * minute;

    expect(await coldStatus()).toBe(200);
  });

  it("does not last longer when the clock goes back", async () => {
    stored = await storeSession({ session: { lifetime: "2h", idle: "2h" } });
    stored.door.clock.now -= 60 * minute;
    await status();
    stored.door.clock.now += 180 * minute;

    expect([await status(), await coldStatus()]).toEqual([302, 302]);
  });
});

describe("a session after a configuration change", () => {
  it.each([
    ["its provider was removed", { clientId: "door" }, "renamed"],
    ["its client has changed", { clientId: "another" }, "company"],
    // The same subject at another issuer is another person, who must not inherit the session.
    ["its provider has another issuer", { issuer: "https://id.example.com" }, "company"],
  ])("ends if %s", async (_, changed, name) => {
    stored = await storeSession({ access: { subjects: ["ada"] } });
    const provider = { type: "oidc", issuer: stored.door.issuer.issuer, ...client, ...changed };

    const providers =
      name === "company" ? { [name]: provider } : { [name]: provider, company: elsewhere };

    expect(await coldStatus()).toBe(200);
    expect(await coldStatus({ providers })).toBe(302);
  });

  it("ends after a shorter lifetime was configured", async () => {
    stored = await storeSession({ session: { lifetime: "30d", idle: "30d" } });
    stored.door.clock.now += 5 * 24 * 60 * minute;

    const before = await coldStatus();
    const shortened = await coldStatus({ session: { lifetime: "1h", idle: "30d" } });

    expect([before, shortened]).toEqual([200, 302]);
  });

  it("ends if its site no longer offers its provider", async () => {
    stored = await storeSession();
    const url = stored.door.site;
    const offering = (...names: string[]) =>
      coldStatus({
        url: undefined,
        sites: [{ url, providers: names }],
        providers: { other: elsewhere },
      });

    expect([await offering("company"), await offering("other")]).toEqual([200, 302]);
  });

  it("is subject to the current access settings", async () => {
    stored = await storeSession();

    const refused = await coldStatus({ access: { emails: ["bob@example.com"] } });

    expect([await coldStatus(), refused]).toEqual([200, 403]);
  });
});

/** Replaces the provider that signed Ada in. */
const elsewhere = { type: "oidc", issuer: "https://id.example.com", clientId: "elsewhere" };
