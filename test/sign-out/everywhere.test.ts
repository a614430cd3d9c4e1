import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AuthError } from "../../server/errors.ts";
import { Revocations } from "../../server/session/revocations.ts";
import { block } from "../docs/blocks.ts";
import { navigation, type Browser, type HttpResponse } from "../peers/browser.ts";
import { openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";

let door: SignInDoor;
/** Ada in two browsers, and Bob in a third. */
let here: Browser;
let elsewhere: Browser;
let bob: Browser;

async function open(...[settings, provider]: Parameters<typeof openSignInDoor>): Promise<void> {
  door = await openSignInDoor({ access: { anyone: true }, ...settings }, provider);
  [here, elsewhere, bob] = [door.browser(), door.browser(), door.browser()];
  for (const browser of [here, elsewhere]) await door.signIn(browser);
  door.issuer.twist = { claims: { sub: "bob" }, userinfo: { sub: "bob" } };
  await door.signIn(bob);
  door.issuer.twist = {};
}
afterEach(async () => {
  vi.restoreAllMocks();
  await door.close();
});

/** The link of the visitor's own page. */
async function linkOf(browser: Browser): Promise<string> {
  const { body } = await browser.ask(`${door.site}/start`, { headers: navigation });
  const [, href = ""] = /href="([^"]+\?everywhere=[\w-]+)"/.exec(body) ?? [];
  return href;
}

async function statuses(): Promise<number[]> {
  const all: number[] = [];
  for (const browser of [here, elsewhere, bob]) all.push((await door.verify(browser)).status);
  return all;
}

const follow = (browser: Browser, url: string, headers: Record<string, string> = {}) =>
  browser.ask(url, { headers: { ...navigation, "Sec-Fetch-Site": "same-origin", ...headers } });

const post = (browser: Browser, body: string, headers: Record<string, string>) =>
  browser.ask(`${door.site}/sign_out`, {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers },
    body,
  });

const headingOf = ({ body }: HttpResponse) => /<h1>([^<]*)</.exec(body)?.[1];

describe("the link of a visitor's own page", () => {
  beforeEach(() => open());

  it("signs the person out in every browser, and no one else", async () => {
    const before = await statuses();

    const answer = await follow(here, await linkOf(here));

    expect(before).toEqual([200, 200, 200]);
    expect([answer.status, headingOf(answer)]).toEqual([200, "You are signed out"]);
    expect(answer.body).toContain("in every browser and on every device");
    expect(await statuses()).toEqual([302, 302, 200]);
    const lines = door.doorward.events.filter(({ event }) => event === "sessions_revoked");
    const { issuer } = door.issuer;
    const session = expect.stringMatching(/^[0-9a-f]{12}$/);
    expect(lines).toMatchObject([{ reason: "everywhere", subject: "ada", issuer, session }]);
  });

  it("lets the person sign in again", async () => {
    await follow(here, await linkOf(here));
    await door.signIn(here);

    expect(await statuses()).toEqual([200, 302, 200]);
  });

  it("leads to the own page, and ends nothing, after another sign-in of this browser", async () => {
    const link = await linkOf(here);
    door.clock.now += 1;
    await door.callback(here, door.issuer.consent(await door.start(here, "?prompt=login")));

    const answer = await follow(here, link);

    expect([answer.status, answer.headers.location]).toEqual([303, `${door.site}/start`]);
    expect(await statuses()).toEqual([200, 200, 200]);
  });

  it("leads to the own page, and claims nothing, if the session has ended", async () => {
    const link = await linkOf(here);
    await follow(here, `${door.site}/sign_out`);

    const answer = await follow(here, link);

    expect([answer.status, answer.headers.location]).toEqual([303, `${door.site}/start`]);
    expect(await statuses()).toEqual([302, 200, 200]);
  });
});

describe("a sign-out everywhere that the visitor does not want", () => {
  beforeEach(() => open());

  it.each([
    ["a made-up proof", `everywhere=${"A".repeat(43)}`, {}],
    ["no proof", "everywhere=", {}],
    ["a link of another site", undefined, { "Sec-Fetch-Site": "cross-site" }],
    ["a prefetched link", undefined, { "Sec-Purpose": "prefetch" }],
    ["an image", undefined, { "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image" }],
    ["a frame", undefined, { "Sec-Fetch-Dest": "iframe" }],
    ["a script", undefined, { "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty" }],
  ])("ends nothing: %s", async (_, query, headers) => {
    const link = query === undefined ? await linkOf(here) : `${door.site}/sign_out?${query}`;

    const answer = await follow(here, link, headers);

    expect([303, 200, 403]).toContain(answer.status);
    expect(answer.body).not.toContain("You are signed out");
    expect(await statuses()).toEqual([200, 200, 200]);
  });

  it("ends nothing with the proof of another person", async () => {
    await follow(here, await linkOf(bob));

    expect(await statuses()).toEqual([200, 200, 200]);
  });

  it.each([
    ["another site", { ...navigation, "Sec-Fetch-Site": "cross-site" }],
    ["a sibling host", { ...navigation, "Sec-Fetch-Site": "same-site" }],
    ["another origin, in a browser without Fetch Metadata", { Origin: "https://evil.example" }],
  ])("ends nothing: a form of %s", async (_, headers) => {
    const answer = await post(here, "everywhere=true", headers);

    expect(answer.body).not.toContain("You are signed out");
    expect(await statuses()).toEqual([200, 200, 200]);
  });

  it("does not begin at the session cookie that another site has planted next to the visitor's", async () => {
    const planted = (await bob.jar.getCookieString(door.site)) || "";
    const own = (await here.jar.getCookieString(door.site)) || "";
    const link = await linkOf(here);

    await door.browser().ask(link, { headers: { ...navigation, Cookie: `${planted}; ${own}` } });

    expect(await statuses()).toEqual([200, 200, 200]);
  });
});

describe("a form or a script of doorward's own origin", () => {
  it("signs out everywhere", async () => {
    await open();

    const form = block("docs/who-is-signed-in.md", "html");
    const [, name = "", value = ""] = /<button name="(\w+)" value="(\w+)"/.exec(form) ?? [];
    const headers = { ...navigation, "Sec-Fetch-Site": "same-origin" };
    const body = new URLSearchParams({ [name]: value, rd: "/" }).toString();
    const answer = await post(elsewhere, body, headers);

    expect([answer.status, answer.headers.location]).toEqual([
      303,
      `${new URL(door.site).origin}/`,
    ]);
    expect(await statuses()).toEqual([302, 302, 200]);
  });
});

describe("with signOut: issuer", () => {
  it("goes on to the issuer", async () => {
    const endSession = "https://id.example.com/end";
    await open({ signOut: "issuer" }, { endpoints: { endSession } });

    const answer = await follow(here, await linkOf(here));

    expect(answer.status).toBe(303);
    expect(String(answer.headers.location)).toMatch(/^https:\/\/id\.example\.com\/end\?/);
    expect(await statuses()).toEqual([302, 302, 200]);
  });
});

describe("a store that fails", () => {
  it("keeps the session, so that the person can try again", async () => {
    await open();
    const link = await linkOf(here);
    vi.spyOn(Revocations.prototype, "revoke").mockRejectedValueOnce(
      new AuthError("store_unreachable", "the session store failed"),
    );

    const failed = await follow(here, link);
    const between = await statuses();
    await follow(here, link);

    expect(failed.status).toBe(503);
    expect(between).toEqual([200, 200, 200]);
    expect(await statuses()).toEqual([302, 302, 200]);
  });
});
