import { afterEach, expect, it, describe } from "vitest";
import { setCookies } from "../peers/sign-in-door.ts";
import {
  app,
  auth,
  blog,
  openPerHostDoor,
  wiki,
  type PerHostDoor,
} from "../peers/per-host-door.ts";

let door: PerHostDoor;
afterEach(() => door.close());

const start = `${app}/_auth/start`;
const rd = (url: string) => `rd=${encodeURIComponent(url)}`;
const json = {
  Accept: "application/json",
  "Sec-Fetch-Mode": "cors",
  "Sec-Fetch-Dest": "empty",
  "Sec-Fetch-Site": "same-origin",
};

describe("/start at the host of an app", () => {
  it("begins a hand-over, in a cookie for this host alone", async () => {
    door = await openPerHostDoor();
    const answer = await door.visitor().ask(`${start}?${rd(`${app}/page`)}`);
    const location = new URL(String(answer.headers.location));
    const [line = "", ...more] = setCookies(answer);

    expect(answer.status).toBe(302);
    expect(location.origin + location.pathname).toBe(`${auth}/start`);
    expect(Object.fromEntries(location.searchParams)).toEqual({
      rd: `${app}/page`,
      state: expect.stringMatching(/^[\w-]{22}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(more).toEqual([]);
    expect(line).toMatch(/^__Host-doorward-[0-9a-f]{6}-[\w-]{22}=/);
    expect(line).not.toContain("Domain");
  });

  it.each([
    ["prompt=select_account"],
    ["provider=company"],
    ["max_age=60"],
    ["acr_values=gold"],
    ["iss=https%3A%2F%2Fid.example.com&login_hint=ada"],
    ["seen=two_sessions"],
  ])("leaves %s to the sign-in", async (wish) => {
    door = await openPerHostDoor({ rules: [{ path: "/gold", acr: ["gold"] }] });
    const { headers } = await door.visitor().ask(`${start}?${rd(`${app}/page`)}&${wish}`);

    expect(headers.location).toBe(`${auth}/start?${rd(`${app}/page`)}&${wish}`);
    expect(headers["set-cookie"]).toBeUndefined();
  });

  it("leaves a page of another host to the sign-in, and drops one that is not allowed", async () => {
    door = await openPerHostDoor();
    const of = async (target: string) =>
      String((await door.visitor().ask(`${start}?${rd(target)}`)).headers.location);

    expect(await of(`${blog}/x`)).toBe(`${auth}/start?${rd(`${blog}/x`)}`);
    expect(await of("https://evil.example/x")).toMatch(`${auth}/start?${rd(`${app}/`)}&state=`);
  });

  it("keeps its address short enough for every proxy", async () => {
    door = await openPerHostDoor();
    const long = `${app}/${"ä/".repeat(300)}`;
    const { headers } = await door.visitor().ask(`${start}?${rd(long)}`);
    const location = String(headers.location);

    expect(location.length).toBeLessThan(4096);
    expect(new URL(location).searchParams.get("rd")).toBe(`${app}/`);
    expect((await door.visitor().open(`${start}?${rd(long)}`)).status).toBe(200);
  });

  it.each([1_340, 1_345, 1_370, 1_900, 1_960])(
    "leads to the page, or to the root, of an address with %d slashes",
    async (count) => {
      door = await openPerHostDoor();
      const visitor = door.visitor();
      const answer = await visitor.open(`${start}?${rd(`${app}/x${"/".repeat(count)}`)}`);

      expect(answer.status).toBe(200);
    },
  );

  it.each([
    ["a long login_hint", `iss=https://id.example.com&login_hint=${"A".repeat(5_000)}`],
    ["a long provider", `provider=${"p".repeat(5_000)}`],
    ["many prompts", "prompt=login&".repeat(600)],
  ])("passes no more on than fits: %s", async (_, query) => {
    door = await openPerHostDoor();
    const answer = await door.visitor().ask(`${start}?${query}`);

    expect(answer.status).toBe(302);
    expect(String(answer.headers.location).length).toBeLessThan(1_000);
  });

  it("leads to the page at once with a session, and shows the visitor's own page without one", async () => {
    door = await openPerHostDoor();
    const visitor = door.visitor();
    await visitor.open(`${app}/`);
    const page = await visitor.ask(`${start}?${rd(`${app}/page`)}`);
    const own = await visitor.ask(start);

    expect(page.headers.location).toBe(`${app}/page`);
    expect(own.status).toBe(200);
    expect(own.body).toContain("ada@example.com");
    expect(own.body).toContain(`${app}/_auth/sign_out`);
  });

  it("tells a script of the app who is signed in at this host", async () => {
    door = await openPerHostDoor();
    const visitor = door.visitor();
    await visitor.open(`${wiki}/`);
    const before = await visitor.ask(`${start}?${rd(`${app}/spa`)}`, json);
    await visitor.open(`${app}/`);
    const after = await visitor.ask(start, json);
    const fromElsewhere = await visitor.ask(start, { ...json, "Sec-Fetch-Site": "cross-site" });

    expect([before.status, JSON.parse(before.body)]).toEqual([
      401,
      { error: "sign_in_required", signIn: `${start}?${rd(`${app}/spa`)}` },
    ]);
    expect(JSON.parse(after.body)).toMatchObject({ user: "ada", provider: "company" });
    expect(fromElsewhere.status).toBe(403);
  });

  it("is no page in a frame of another site", async () => {
    door = await openPerHostDoor();
    const answer = await door.visitor().ask(`${start}?${rd(`${app}/page`)}`, {
      "Sec-Fetch-Dest": "iframe",
      "Sec-Fetch-Site": "cross-site",
    });

    expect(answer.headers.location).toBeUndefined();
    expect(setCookies(answer)).toEqual([]);
  });
});

describe("a host whose session `/verify` does not see", () => {
  it("ends the redirects with a page that names the proxy, at the third challenge", async () => {
    door = await openPerHostDoor();
    const visitor = door.visitor();
    await visitor.open(`${app}/page`);
    const statuses = [];
    for (let challenge = 0; challenge < 3; challenge++) {
      const answer = await visitor.open(`${auth}/start?${rd(`${app}/page`)}`);
      statuses.push(answer.status);
    }
    const event = door.site.doorward.events.findLast(({ event: name }) => name === "loop_broken");

    expect(statuses).toEqual([200, 403, 200]);
    expect(event).toMatchObject({ reason: "session_not_seen", host: "app.example.com" });
    expect(event?.mend).toContain("removes the Cookie header");
  });
});

describe("an app on another port", () => {
  const url = "https://app.example.com:9443/x";

  it("gets a page that names the fix, unless a rule names the port", async () => {
    door = await openPerHostDoor();
    const refused = await door.visitor().ask(url);
    const event = door.site.doorward.events.findLast(({ event: name }) => name === "denied");

    expect(refused.status).toBe(403);
    expect(event).toMatchObject({ reason: "no_return_port" });
  });

  it("has a session with a rule that names the port", async () => {
    door = await openPerHostDoor({ rules: [{ host: "app.example.com:9443", allow: "signed-in" }] });

    expect((await door.visitor().open(url)).status).toBe(200);
  });
});

describe("a person who is signed in and may not pass at a host", () => {
  it("gets the refusal of that host, and no other sign-in", async () => {
    door = await openPerHostDoor({
      rules: [{ host: "blog.example.org", allow: { groups: ["x"] } }],
    });
    const visitor = door.visitor();
    await visitor.open(`${app}/`);
    const tokens = door.site.issuer.asked("/token");
    const refused = await visitor.open(`${blog}/`);

    expect(refused.status).toBe(403);
    expect(refused.body).toContain(`${auth}/start?rd=`);
    expect(refused.body).toContain(`${blog}/_auth/sign_out`);
    expect(door.site.issuer.asked("/token")).toBe(tokens);
  });

  it("signs in again where the rule requires a recent sign-in", async () => {
    door = await openPerHostDoor({ rules: [{ host: "blog.example.org", maxAge: "5m" }] });
    door.site.issuer.twist = { claims: { auth_time: Math.floor(door.clock.now / 1000) } };
    const visitor = door.visitor();
    await visitor.open(`${blog}/`);
    door.clock.now += 10 * 60_000;
    door.site.issuer.twist = { claims: { auth_time: Math.floor(door.clock.now / 1000) } };
    const before = door.site.issuer.asked("/token");
    const again = await visitor.open(`${blog}/`);

    expect(again.status).toBe(200);
    expect(door.site.issuer.asked("/token")).toBe(before + 1);
  });
});
