import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { send } from "../peers/browser.ts";
import {
  app,
  auth,
  blog,
  openPerHostDoor,
  wiki,
  type PerHostDoor,
  type Visitor,
} from "../peers/per-host-door.ts";

const fromIssuer = { "Sec-Fetch-Site": "cross-site" };
const local = { "Sec-Fetch-Site": "same-origin" };

describe("a sign-out at a host, with `signOut: local`", () => {
  let atHost: PerHostDoor;
  let one: Visitor;

  beforeEach(async () => {
    atHost = await openPerHostDoor();
    one = atHost.visitor();
  });
  afterEach(() => atHost.close());

  const statusOf = async (origin: string) =>
    atHost.verdict(origin, await one.jar.getCookieString(origin));
  const outAt = async (origin: string, headers: Record<string, string> = {}) => {
    const answer = await one.ask(`${origin}/_auth/sign_out?rd=/bye`, local);
    const onward = String(answer.headers.location);
    return one.ask(onward, { "Sec-Fetch-Site": "same-site", ...headers });
  };

  it("ends the sign-in, and leads to the page that the visitor wanted", async () => {
    await one.open(`${app}/`);
    const answer = await outAt(app, fromIssuer);

    expect([answer.status, answer.headers.location]).toEqual([303, `${app}/bye`]);
    expect([await statusOf(app), await statusOf(auth)]).toEqual([302, 302]);
  });

  it("ends the sign-in too at a host that was never opened", async () => {
    await one.open(`${app}/`);
    await outAt(wiki);

    expect([await statusOf(app), await statusOf(auth)]).toEqual([302, 302]);
  });

  it("ends the session of a later sign-in, which replaced that of this host", async () => {
    await one.open(`${app}/`);
    await one.open(`${auth}/start?prompt=login&rd=${wiki}/`);
    const before = await statusOf(wiki);
    await outAt(app);

    expect(before).toBe(200);
    expect([await statusOf(wiki), await statusOf(auth)]).toEqual([302, 302]);
  });

  it("ends the sessions of other browsers by the link of the own page, and not by a script of the app", async () => {
    const other = atHost.visitor();
    for (const visitor of [one, other]) await visitor.open(`${app}/`);
    const { port } = atHost.site.doorward;
    const script = { "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty", ...local };
    const posted = await send(`http://127.0.0.1:${port}/_auth/sign_out`, new Map(), {
      method: "POST",
      headers: {
        Host: "app.example.com",
        Cookie: await one.jar.getCookieString(app),
        "Content-Type": "application/x-www-form-urlencoded",
        ...script,
      },
      body: "everywhere=true",
    });
    const others = [
      await statusOf(app),
      await atHost.verdict(app, await other.jar.getCookieString(app)),
    ];
    const page = await one.ask(`${app}/_auth/start`);
    const [, link = ""] = /href="([^"]*everywhere=[^"]*)"/.exec(page.body) ?? [];
    const leaving = await one.ask(link, local);
    const shown = await one.ask(String(leaving.headers.location), fromIssuer);

    expect([posted.status, posted.headers.location]).toEqual([303, `${app}/_auth/start`]);
    expect(others).toEqual([200, 200]);
    expect(await atHost.verdict(app, await other.jar.getCookieString(app))).toBe(302);
    expect(shown.body).toContain("in every browser and on every device");
  });

  it("asks at a host of another domain that was never opened", async () => {
    await one.open(`${app}/`);
    const answer = await outAt(blog, fromIssuer);

    expect([answer.status, answer.headers.location]).toEqual([200, undefined]);
    expect(answer.body).toContain(`${auth}/sign_out?rd=`);
    expect(await statusOf(app)).toBe(200);
  });

  it("ends the sessions for a script of the app, without a redirect", async () => {
    await one.open(`${app}/`);
    const { port } = atHost.site.doorward;
    const answer = await send(`http://127.0.0.1:${port}/_auth/sign_out`, new Map(), {
      method: "POST",
      headers: {
        Host: "app.example.com",
        Cookie: await one.jar.getCookieString(app),
        "Sec-Fetch-Mode": "cors",
        "Sec-Fetch-Dest": "empty",
        ...local,
      },
    });

    expect(answer.status).toBe(200);
    expect([await statusOf(app), await statusOf(auth)]).toEqual([302, 302]);
  });
});

let door: PerHostDoor;
let visitor: Visitor;

beforeEach(async () => {
  door = await openPerHostDoor({ signOut: "issuer" });
  const end = { end_session_endpoint: `${door.site.issuer.issuer}/end` };
  door.site.issuer.twist = { metadata: end };
  visitor = door.visitor();
  for (const origin of [app, blog]) await visitor.open(`${origin}/`);
});
afterEach(() => door.close());

const signOut = async (query = "") =>
  visitor.ask(`${blog}/_auth/sign_out${query}`, { "Sec-Fetch-Site": "same-origin" });
const verdict = async (origin: string) =>
  door.verdict(origin, await visitor.jar.getCookieString(origin));

it("continues to the issuer, which returns to the only address that it knows", async () => {
  const answer = await signOut("?rd=/bye");
  const asked = new URL(String(answer.headers.location)).searchParams;
  const statuses = [await verdict(app), await verdict(blog)];
  const back = await visitor.ask(`${auth}/sign_out?state=${asked.get("state")}`, fromIssuer);

  expect(asked.get("post_logout_redirect_uri")).toBe(`${auth}/sign_out`);
  expect(asked.get("id_token_hint")?.split(".")).toHaveLength(3);
  expect(statuses).toEqual([302, 302]);
  expect([back.status, back.headers.location]).toEqual([303, `${blog}/bye`]);
});

it("accepts the issuer's return in this browser only", async () => {
  const answer = await signOut("?rd=/bye");
  const state = new URL(String(answer.headers.location)).searchParams.get("state");
  const elsewhere = await door.visitor().ask(`${auth}/sign_out?state=${state}`, fromIssuer);
  const other = door.visitor();
  await other.open(`${app}/`);
  const signedIn = await other.ask(`${auth}/sign_out?state=${state}`, fromIssuer);

  expect([elsewhere.status, elsewhere.headers.location]).toEqual([200, undefined]);
  // A page that asks first, as for every link of another site.
  expect([signedIn.status, signedIn.headers.location]).toEqual([200, undefined]);
  expect(await door.verdict(app, await other.jar.getCookieString(app))).toBe(200);
});

it("says that the account is signed out as well, and forgets the cookie of the sign-in", async () => {
  const answer = await signOut();
  const state = new URL(String(answer.headers.location)).searchParams.get("state");
  const back = await visitor.ask(`${auth}/sign_out?state=${state}`, fromIssuer);

  expect(back.body).toContain("of your account at the account service as well");
  expect(await visitor.jar.getCookieString(auth)).not.toMatch(/doorward-[0-9a-f]{6}=/);
});

it("asks first at a link of another site", async () => {
  const answer = await visitor.ask(`${blog}/_auth/sign_out`, fromIssuer);

  expect(answer.status).toBe(200);
  expect(answer.body).toContain(`${blog}/_auth/sign_out`);
  expect([await verdict(app), await verdict(blog)]).toEqual([200, 200]);
});
