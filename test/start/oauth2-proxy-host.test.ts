import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { navigation, send, type HttpResponse } from "../peers/browser.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";

const own = "https://auth.example.com/oauth2";
const usual = {
  compat: "oauth2-proxy",
  providers: { github: { clientId: "a", clientSecret: "b" } },
  access: { anyone: true },
};

let doorward: TestDoorward;
beforeAll(async () => {
  const cookie = { domain: "example.com" };
  doorward = await startDoorward(configOf({ ...usual, url: own, cookie }));
});
afterAll(() => doorward.close());

function ask(path: string, Host: string, headers: Record<string, string> = {}, to = doorward) {
  return send(`http://127.0.0.1:${to.port}${path}`, new Map(), {
    headers: { ...navigation, ...headers, Host },
  });
}

/** The return target in the address of a redirect to the site's own /start; undefined = it goes elsewhere. */
function movedTo({ status, headers }: HttpResponse): string | null | undefined {
  const { origin, pathname, searchParams } = new URL(
    String(headers.location),
    "https://none.example",
  );
  return status === 302 && origin + pathname === `${own}/start`
    ? searchParams.get("rd")
    : undefined;
}

describe("oauth2-proxy's paths on another host of the cookie", () => {
  it.each<[string, Record<string, string>, string]>([
    ["?rd=/page%3Fa%3D1", {}, "https://app.example.com/page?a=1"],
    ["?rd=https://wiki.example.com/x", {}, "https://wiki.example.com/x"],
    ["", {}, "https://app.example.com/"],
    ["", { "X-Auth-Request-Redirect": "/page" }, "https://app.example.com/page"],
    ["?rd=//evil.example", {}, "//evil.example"], // refused by the next /start
    [`?rd=/${"a".repeat(3_000)}`, {}, "https://app.example.com/"],
  ])("start a sign-in at the host of the redirect URI: %s %j", async (query, headers, rd) => {
    const answer = await ask(`/oauth2/start${query}`, "app.example.com", headers);

    expect(movedTo(answer)).toBe(rd);
    expect(answer.headers["set-cookie"]).toBeUndefined();
  });

  it("move a browser once, if the proxy sends that Host with every request", async () => {
    const first = await ask("/oauth2/start?rd=/page", "app.example.com");
    const { pathname, search } = new URL(String(first.headers.location));

    const second = await ask(pathname + search, "app.example.com");

    expect(second.headers.location).toContain("https://github.com/login/");
  });

  it.each(["auth.example.com", "doorward:4180", "127.0.0.1:4180", "evil.example"])(
    "do not move a request with the Host %s",
    async (host) => {
      const answer = await ask("/oauth2/start?rd=/page", host);

      expect(answer.headers.location).toContain("https://github.com/login/");
    },
  );

  it("mean a page of that host by a path: at the sign-in page and after a sign-out", async () => {
    const page = await ask("/oauth2/sign_in?rd=/page", "app.example.com");
    const out = await ask("/oauth2/sign_out?rd=/bye", "app.example.com");

    expect(page.body).toContain(encodeURIComponent("https://app.example.com/page"));
    expect(out.headers.location).toBe("https://app.example.com/bye");
  });

  it("belong to the site whose cookie the host gets", async () => {
    const sites = ["com", "org"].map((end) => ({
      url: `https://auth.example.${end}/oauth2`,
      cookie: { domain: `example.${end}` },
    }));
    const several = await startDoorward(configOf({ ...usual, sites }));

    const [org, none] = [
      await ask("/oauth2/start?rd=/page", "app.example.org", {}, several),
      await ask("/oauth2/start?rd=/page", "app.example.net", {}, several),
    ];
    await several.close();

    expect(String(org.headers.location)).toContain("https://auth.example.org/oauth2/start?rd=");
    expect(none.status).toBe(404);
  });

  it("stay as they are without compat", async () => {
    const cookie = { domain: "example.com" };
    const plain = await startDoorward(configOf({ ...usual, compat: undefined, url: own, cookie }));

    const answer = await ask("/oauth2/start?rd=/page", "app.example.com", {}, plain);
    await plain.close();

    expect(answer.headers.location).toContain("https://github.com/login/");
  });
});
