import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { send, type HttpResponse } from "../peers/browser.ts";
import { storeSession, type StoredSession } from "../session/stored-session.ts";
import { block } from "./blocks.ts";

const script = block("docs/single-page-apps.md", "js");
/** What the comments of the script say about each status. */
const described = new Map(
  Array.from(script.matchAll(/^\/\/ (\d{3}): (.+)$/gm), ([, status = "", text = ""]) => [
    Number(status),
    text,
  ]),
);

let stored: StoredSession;
beforeAll(async () => {
  stored = await storeSession();
});
afterAll(() => stored.close());

type Ask = (path: string, headers: Record<string, string>) => Promise<HttpResponse>;

/** Runs the page's script; `ask` sends its request as a browser would. */
async function answerTo(ask: Ask, site = "same-origin"): Promise<HttpResponse> {
  const fetch = (path: string, { headers }: { headers: Record<string, string> }) =>
    ask(path, { "Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": site, ...headers });
  return runInNewContext(`(async () => { ${script}\nreturn answer; })()`, { fetch });
}

const ofBrowser =
  (browser: StoredSession["browser"]): Ask =>
  (path, headers) =>
    browser.ask(new URL(path, stored.door.site).href, { headers });

const otherSettings = async (settings: Record<string, unknown>): Promise<Ask> => {
  const { doorward } = await stored.door.reopen(settings);
  return (path, headers) =>
    send(`http://127.0.0.1:${doorward.port}${path}`, new Map(), {
      headers: { ...headers, Cookie: stored.cookie },
    });
};

describe("the script of docs/single-page-apps.md", () => {
  it("gets the user with the listed members", async () => {
    const { status, body } = await answerTo(ofBrowser(stored.browser));

    const [, members = ""] = /^\{ (.*) \}$/.exec(described.get(200) ?? "") ?? [];
    expect(status).toBe(200);
    expect(Object.keys(JSON.parse(body))).toEqual(members.split(", "));
  });

  it("gets the address of the sign-in without a session", async () => {
    const { status, body } = await answerTo(ofBrowser(stored.door.browser()));

    const shown: object = runInNewContext(`(${described.get(401)})`);
    const { origin } = new URL(stored.door.site);
    expect(status).toBe(401);
    expect(body.replace(origin, "https://app.example.com")).toBe(JSON.stringify(shown));
  });

  it("gets the named errors without access, and from another site", async () => {
    const withoutAccess = await otherSettings({ access: { emails: ["bob@example.com"] } });
    const answers = [
      await answerTo(withoutAccess),
      await answerTo(ofBrowser(stored.browser), "cross-site"),
    ];

    const named = Array.from(described.get(403)?.matchAll(/"(\w+)"/g) ?? [], ([, code]) => code);
    expect(answers.map(({ status }) => status)).toEqual([403, 403]);
    expect(answers.map(({ body }) => JSON.parse(body).error)).toEqual(named);
  });

  it("gets 503 with Retry-After if the store does not answer", async () => {
    const storage = { driver: "redis", url: "redis://127.0.0.1:9" };
    const { status, headers } = await answerTo(await otherSettings({ storage }));

    expect(described.get(503)).toContain("Retry-After");
    expect(status).toBe(503);
    expect(headers["retry-after"]).toMatch(/^\d+$/);
  });

  it("has no other status in its comments", () => {
    expect([...described.keys()]).toEqual([200, 401, 403, 503]);
  });
});
