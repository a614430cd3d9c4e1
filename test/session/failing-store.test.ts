import { rename, writeFile, rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Browser, navigation, send } from "../peers/browser.ts";
import { setCookies, type Reopened } from "../peers/sign-in-door.ts";
import { storeSession, type StoredSession } from "./stored-session.ts";
import { cookieNameOf, opensSession } from "../peers/cookie-name.ts";

let stored: StoredSession;
let cold: Reopened;
let address: string;

/** Replaces the folder by a file, so that every read and write fails with ENOTDIR. */
beforeAll(async () => {
  stored = await storeSession();
  cold = await stored.door.reopen();
  address = `http://127.0.0.1:${cold.doorward.port}/_auth`;
  await rename(stored.base, `${stored.base}-away`);
  await writeFile(stored.base, "");
});
afterAll(async () => {
  await stored.close();
});

function ask(path: string, headers: Record<string, string>) {
  return send(address + path, new Map(), { headers: { ...navigation, ...headers } });
}

describe("while the store cannot be read", () => {
  it("a session in this process's cache still passes", async () => {
    expect((await stored.door.verify(stored.browser)).status).toBe(200);
  });

  it("any other session gets a 503 with Retry-After, and no cookie", async () => {
    const answer = await cold.verify(stored.cookie);

    expect(answer.status).toBe(503);
    expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
    expect(answer.headers.location).toBeUndefined();
    expect(setCookies(answer)).toEqual([]);
    expect(answer.headers["x-auth-request-user"]).toBeUndefined();
  });

  it("nginx gets a 500, which its configuration turns into a 503", async () => {
    const answer = await ask("/verify", {
      "X-Original-URL": `${new URL(stored.door.site).origin}/`,
      "X-Original-Method": "GET",
      Cookie: stored.cookie,
    });

    expect(answer.status).toBe(500);
    expect(setCookies(answer)).toEqual([]);
  });

  it("user information is a 503 too", async () => {
    const answer = await ask("/start", { Accept: "application/json", Cookie: stored.cookie });

    expect(answer.status).toBe(503);
  });

  it.each(["", "junk"])(
    "a visitor without a token (%j) is redirected to sign in",
    async (cookie) => {
      expect(
        (await cold.verify(cookie && `${cookieNameOf(stored.door.site)}=${cookie}`)).status,
      ).toBe(302);
    },
  );

  it.each(["/start", "/sign_out"])(
    "%s responds with 503, clears no cookie and starts no sign-in",
    async (path) => {
      const answer = await ask(path, { Cookie: stored.cookie });

      expect(answer.status).toBe(503);
      expect(answer.headers["retry-after"]).toBeDefined();
      expect(answer.body).not.toContain("ENOTDIR");
      expect(answer.body).not.toContain(stored.base);
      expect(setCookies(answer)).toEqual([]);
    },
  );

  it("a sign-in ends on an error page, and opens no session", async () => {
    const { site, issuer } = stored.door;
    const browser = new Browser(new Map([[new URL(site).host, cold.doorward.port]]));
    const url = issuer.consent(await stored.door.start(browser));

    const answer = await stored.door.callback(browser, url);

    expect(answer.status).toBe(503);
    expect(setCookies(answer).filter((line) => opensSession.test(line))).toEqual([]);
    expect((await stored.door.verify(browser)).status).toBe(302);
  });

  it("sessions pass again once the store is back", async () => {
    await rm(stored.base);
    await rename(`${stored.base}-away`, stored.base);

    expect((await cold.verify(stored.cookie)).status).toBe(200);
  });
});
