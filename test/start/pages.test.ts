import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Browser, navigation, type HttpResponse } from "../peers/browser.ts";
import { configOf, startDoorward } from "../peers/doorward.ts";
import { client, openSignInDoor, setCookies, type SignInDoor } from "../peers/sign-in-door.ts";

let door: SignInDoor;
const origin = () => new URL(door.site).origin;

function open(browser: Browser, query: string, headers = {}): Promise<HttpResponse> {
  return browser.ask(`${door.site}/start${query}`, { headers: { ...navigation, ...headers } });
}

/** The words of a page and the addresses of its links. */
function pageOf({ body }: HttpResponse): { title: string; links: string[][] } {
  const [, title = ""] = /<h1>([^<]*)</.exec(body) ?? [];
  const links = body.matchAll(
    /<a class="[^"]*" href="([^"]*)"[^>]*>(?:<img [^>]*>)?(?:<span>)?([^<]*)/g,
  );
  return {
    title,
    links: Array.from(links, ([, href = "", text = ""]) => [text, href.replaceAll("&amp;", "&")]),
  };
}

const rules = [
  { host: "localhost", path: "/grafana/**", label: "Grafana", allow: "signed-in" },
  { host: "localhost", path: "/strong/**", acr: ["mfa"] },
  { host: "localhost", path: "/closed/**", deny: true },
];

describe("/start with one provider", () => {
  beforeAll(async () => {
    door = await openSignInDoor({ rules });
  });
  afterAll(() => door.close());

  it("shows signed-in visitors without a return target who they are, since when, and how to sign out", async () => {
    const browser = door.browser();
    await door.signIn(browser);

    const answer = await open(browser, "");

    expect(answer.status).toBe(200);
    expect(pageOf(answer)).toEqual({
      title: "You are signed in",
      links: [
        [`Go to ${new URL(door.site).host}`, `${origin()}/`],
        ["Sign out", `${door.site}/sign_out`],
        [
          "Sign out everywhere",
          expect.stringMatching(/^http:\/\/localhost:\d+\/_auth\/sign_out\?everywhere=[\w-]{43}$/),
        ],
        ["Use another account", `${door.site}/start?prompt=select_account`],
      ],
    });
    expect(answer.body).toContain("ada@example.com");
    expect(answer.body).toContain(new Date(door.clock.now).toUTCString().slice(12, 16));
  });

  it("shows the same page, and says so, if the return target is refused", async () => {
    const browser = door.browser();
    await door.signIn(browser);

    const answer = await open(browser, "?rd=https://evil.example/");

    expect(pageOf(answer).title).toBe("You are signed in");
    expect(answer.body).toContain("is no longer known");
    expect(answer.body).not.toContain("evil.example");
  });

  it("is in the visitor's language", async () => {
    const browser = door.browser();
    await door.signIn(browser);

    const answer = await open(browser, "", { "Accept-Language": "fr-FR,fr;q=0.9,en;q=0.8" });

    expect(answer.headers["content-language"]).toBe("fr");
    expect(answer.body).toContain('<html lang="fr" dir="ltr">');
  });

  it("says at once to open a new window, inside a frame of another site", async () => {
    const frame = { "Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site" };

    const answer = await open(door.browser(), "?rd=/grafana/d/1", frame);

    expect(pageOf(answer)).toEqual({
      title: "Open in a new window",
      links: [["Open Grafana in a new window", `${origin()}/grafana/d/1`]],
    });
    expect(answer.body).toContain('target="_blank" rel="noopener"');
    expect(answer.headers["x-frame-options"]).toBeUndefined();
    expect(String(answer.headers["content-security-policy"])).toContain("frame-ancestors *");
    expect(setCookies(answer)).toEqual([]);
  });

  it("signs in inside a frame of its own site", async () => {
    const frame = { "Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "same-site" };

    expect((await open(door.browser(), "?rd=/a", frame)).status).toBe(302);
  });

  it("goes to the issuer that initiates a sign-in, with its hint, and to its target afterwards", async () => {
    const browser = door.browser();
    const iss = encodeURIComponent(door.issuer.issuer);
    const target = encodeURIComponent(`${origin()}/report?a=1`);

    const started = await open(
      browser,
      `?iss=${iss}&target_link_uri=${target}&login_hint=ada%40example.com`,
    );
    const location = new URL(String(started.headers.location));
    const callback = await door.callback(browser, door.issuer.consent(location.href));

    expect(location.origin).toBe(new URL(door.issuer.issuer).origin);
    expect(location.searchParams.get("login_hint")).toBe("ada@example.com");
    expect(callback.headers.location).toBe(`${origin()}/report?a=1`);
  });

  it.each<[string, string]>([
    ["another site", "https://evil.example/a"],
    ["an endpoint of doorward", "/_auth/sign_out"],
  ])("does not lead to %s as the target of an initiated sign-in", async (_, target) => {
    const browser = door.browser();
    const iss = encodeURIComponent(door.issuer.issuer);

    const started = await open(
      browser,
      `?iss=${iss}&target_link_uri=${encodeURIComponent(target)}`,
    );
    const callback = await door.callback(
      browser,
      door.issuer.consent(String(started.headers.location)),
    );

    expect(callback.headers.location).toBe(`${origin()}/`);
  });

  it("shows a page with the way to sign in, if an unknown issuer initiates one", async () => {
    const answer = await open(door.browser(), "?iss=https://evil.example&login_hint=x");

    expect(answer.status).toBe(400);
    expect(answer.body).toContain("evil.example");
    expect(pageOf(answer).links.map(([text]) => text)).toEqual(["Continue with Company"]);
  });

  it.each(["iss=Your+account+is+locked.+Call+us", "iss=https://call us", "iss="])(
    "does not repeat the words of a link that names no issuer: %s",
    async (query) => {
      const answer = await open(door.browser(), `?${query}`);

      expect(answer.status).toBe(400);
      expect(answer.body).not.toMatch(/locked|call|called/i);
    },
  );

  it("offers no other account where a rule denies every account", async () => {
    const browser = door.browser();
    await door.signIn(browser);

    const answer = await door.verify(browser, { headers: { "X-Forwarded-Uri": "/closed/a?b=1" } });

    expect(answer.status).toBe(403);
    expect(pageOf(answer)).toEqual({
      title: "This page is closed",
      links: [["Try again", `${origin()}/closed/a?b=1`]],
    });
  });

  it("stays small for a long address: the link leads to the start of its host", async () => {
    const browser = door.browser();
    await door.signIn(browser);

    const uri = `/closed/a?${"&".repeat(4_000)}`;
    const answer = await door.verify(browser, { headers: { "X-Forwarded-Uri": uri } });

    expect(answer.body.length).toBeLessThan(12 * 1_024);
    expect(pageOf(answer).links).toEqual([["Try again", origin()]]);
  });
});

describe("/start on a host of its own", () => {
  it("is where the links of its pages lead a visitor who wanted no page", async () => {
    const alone = await startDoorward(
      configOf({
        url: "http://localhost:1",
        access: { emails: ["ada@example.com"] },
        providers: { company: { type: "oidc", issuer: "http://127.0.0.1:9", ...client } },
      }),
    );
    const browser = new Browser(new Map([["localhost:1", alone.port]]));

    const answer = await browser.ask("http://localhost:1/start?rd=http://localhost:1/start", {
      headers: navigation,
    });

    expect(answer.status).toBe(503);
    expect(pageOf(answer).links).toEqual([["Try again", "http://localhost:1/start"]]);
    await alone.close();
  });
});

describe("/start with one provider that cannot be reached", () => {
  it("offers no other way to sign in, and leads to the target of an initiated sign-in", async () => {
    const issuer = "http://127.0.0.1:9";
    const alone = await startDoorward(
      configOf({
        url: "http://localhost:1/_auth",
        access: { anyone: true },
        providers: { company: { type: "oidc", issuer, ...client } },
      }),
    );
    const browser = new Browser(new Map([["localhost:1", alone.port]]));
    const target = "http://localhost:1/report";
    const query = new URLSearchParams({ iss: issuer, target_link_uri: target });

    const answer = await browser.ask(`http://localhost:1/_auth/start?${query}`, {
      headers: navigation,
    });

    const again = `http://localhost:1/_auth/start?${new URLSearchParams({ rd: target })}`;
    expect(pageOf(answer).links).toEqual([["Try again", again]]);
    expect(alone.events).toMatchObject([
      { event: "sign_in_failed", reason: "issuer_unreachable", provider: "company" },
    ]);
    await alone.close();
  });
});

describe("/start with several providers", () => {
  beforeAll(async () => {
    const partner = { type: "oidc", issuer: "http://127.0.0.1:9", ...client, label: "Partner" };
    door = await openSignInDoor({ rules, access: { anyone: true }, providers: { partner } });
  });
  afterAll(() => door.close());

  it.each<[string, string]>([
    ["/grafana/d/1", "Grafana"],
    ["/other", "localhost:"],
  ])(
    "says which app one signs in to, by the label of its rule or its host: %s",
    async (path, app) => {
      const answer = await open(door.browser(), `?rd=${path}`);

      expect(answer.body).toContain(`Sign in to open <bdi>${app}`);
      expect(pageOf(answer).links.map(([text]) => text)).toEqual([
        "Continue with Company",
        "Continue with Partner",
      ]);
    },
  );

  it("offers the provider used last first, from a cookie with its name alone", async () => {
    const browser = door.browser();
    await browser.jar.setCookie(`${await nameOfLast()}=partner; Path=/_auth/start`, door.site);

    const answer = await open(browser, "?rd=/a");

    expect(pageOf(answer).links.map(([text]) => text)).toEqual([
      "Continue with Partner",
      "Continue with Company",
    ]);
    expect(answer.body).toContain("Used last time");
  });

  it.each(["nothing", "<script>", "companyx"])(
    "ignores a cookie of an unknown provider: %s",
    async (value) => {
      const answer = await browserWith(`${await nameOfLast()}=${value}`);

      expect(answer.body).not.toContain("Used last time");
      expect(pageOf(answer).links).toHaveLength(2);
    },
  );

  it("asks for a stronger sign-in at the session's own provider, and says why", async () => {
    const browser = door.browser();
    await door.callback(
      browser,
      door.issuer.consent(await door.start(browser, "?provider=company")),
    );

    const answer = await open(browser, "?rd=/strong/a&acr_values=mfa");

    expect(pageOf(answer).title).toBe("Please confirm your sign-in");
    expect(answer.body).toContain("asks for a fresh or stronger sign-in");
    const [[text, href] = []] = pageOf(answer).links;
    expect(text).toBe("Continue with Company");
    const query = new URL(String(href)).searchParams;
    expect([query.get("provider"), query.get("acr_values"), query.get("prompt")]).toEqual([
      "company",
      "mfa",
      "login",
    ]);
  });

  it("offers the other providers where one cannot be reached", async () => {
    const answer = await open(door.browser(), "?rd=/a&provider=partner");

    expect(answer.status).toBe(503);
    expect(pageOf(answer).links).toEqual([
      ["Try again", `${door.site}/start?rd=${encodeURIComponent(`${origin()}/a`)}`],
      [
        "Continue with Company",
        `${door.site}/start?rd=${encodeURIComponent(`${origin()}/a`)}&provider=company`,
      ],
    ]);
  });

  /** The name of the cookie, as a sign-in sets it. */
  async function nameOfLast(): Promise<string> {
    const browser = door.browser();
    const callback = await door.callback(
      browser,
      door.issuer.consent(await door.start(browser, "?provider=company")),
    );
    const line = setCookies(callback).find((one) => one.includes("-provider=")) ?? "";
    expect(line).toMatch(
      /^doorward-[0-9a-f]{6}-provider=company; Path=\/_auth\/start; Max-Age=15552000; HttpOnly; SameSite=Lax$/,
    );
    return line.split("=", 1)[0] ?? "";
  }

  function browserWith(cookie: string): Promise<HttpResponse> {
    return open(door.browser(), "?rd=/a", { Cookie: cookie });
  }
});
