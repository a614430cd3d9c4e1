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

/** What a process answers that knows only the store. */
async function coldStatus(settings?: Record<string, unknown>): Promise<number> {
  return (await (await stored.door.reopen(settings)).verify(stored.cookie)).status;
}

/** How often the session has been written. */
async function version(): Promise<unknown> {
  const [file = ""] = await stored.files();
  const { version: written }: Record<string, unknown> = JSON.parse(await readFile(file, "utf8"));
  return written;
}

describe("a session", () => {
  it("ends after its lifetime, however busy it is", async () => {
    stored = await storeSession({ session: { lifetime: "2h", idle: "30m" } });
    const { clock } = stored.door;
    const verdicts: number[] = [];

    for (let passed = 1; passed < 120; passed++) {
      clock.now += minute;
      verdicts.push(await status());
      // The last use is stored behind the answer; half an hour of this clock is soon over.
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

  it("stays ended when the clock goes back, and is gone from the store", async () => {
    stored = await storeSession({ session: { lifetime: "2h", idle: "2h" } });
    stored.door.clock.now += 120 * minute;

    const over = await status();
    stored.door.clock.now -= 60 * minute;

    expect([over, await status()]).toEqual([302, 302]);
    await expect.poll(() => stored.files()).toEqual([]);
  });

  it("ends after its idle time, hot or cold", async () => {
    stored = await storeSession({ session: { lifetime: "7d", idle: "30m" } });
    const { clock } = stored.door;

    clock.now += 30 * minute - 1;
    const cold = await stored.door.reopen();
    const justInTime = await status();
    clock.now += 30 * minute - 1;
    const again = await status();
    clock.now += 30 * minute;

    expect([justInTime, again]).toEqual([200, 200]);
    expect((await cold.verify(stored.cookie)).status).toBe(302);
    expect(await status()).toBe(302);
  });

  it("keeps its time of last use over a restart, but for a tenth of the idle time", async () => {
    stored = await storeSession({ session: { lifetime: "7d", idle: "100m" } });
    const { clock } = stored.door;
    clock.now += 95 * minute;
    await status();
    await stored.door.doorward.app.close();
    clock.now += 95 * minute;

    expect(await coldStatus()).toBe(200);
  });

  it("is never opened for longer by a clock that goes back", async () => {
    stored = await storeSession({ session: { lifetime: "2h", idle: "2h" } });
    stored.door.clock.now -= 60 * minute;
    await status();
    stored.door.clock.now += 180 * minute;

    expect([await status(), await coldStatus()]).toEqual([302, 302]);
  });
});

describe("a session of what is no longer configured", () => {
  it.each([
    ["its provider is gone", { clientId: "door" }, "renamed"],
    ["its client is another", { clientId: "another" }, "company"],
    // The same subject is somebody else there, and whoever is allowed here was never asked there.
    ["its provider is at another issuer", { issuer: "https://id.example.com" }, "company"],
  ])("is over: %s", async (_, changed, name) => {
    stored = await storeSession({ access: { subjects: ["ada"] } });
    const provider = { type: "oidc", issuer: stored.door.issuer.issuer, ...client, ...changed };

    const providers =
      name === "company" ? { [name]: provider } : { [name]: provider, company: elsewhere };

    expect(await coldStatus()).toBe(200);
    expect(await coldStatus({ providers })).toBe(302);
  });

  it("is over when the lifetime was shortened since", async () => {
    stored = await storeSession({ session: { lifetime: "30d", idle: "30d" } });
    stored.door.clock.now += 5 * 24 * 60 * minute;

    const before = await coldStatus();
    const shortened = await coldStatus({ session: { lifetime: "1h", idle: "30d" } });

    expect([before, shortened]).toEqual([200, 302]);
  });

  it("is over when its site no longer offers its provider", async () => {
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

  it("is judged by the access of today", async () => {
    stored = await storeSession();

    const refused = await coldStatus({ access: { emails: ["bob@example.com"] } });

    expect([await coldStatus(), refused]).toEqual([200, 403]);
  });
});

/** Takes the place of the provider that signed Ada in. */
const elsewhere = { type: "oidc", issuer: "https://id.example.com", clientId: "elsewhere" };
