import { afterEach, describe, expect, it } from "vitest";
import { navigation } from "../peers/browser.ts";
import { client, openSignInDoor, setCookies, type SignInDoor } from "../peers/sign-in-door.ts";

let door: SignInDoor;

afterEach(() => door.close());

function start(query: string) {
  return door.browser().ask(`${door.site}/start?${query}`, { headers: navigation });
}

describe("no address of a redirect or a link is longer than 4 KiB", () => {
  it("on the page of several providers, where the visitor wrote the query", async () => {
    const second = { type: "oidc", issuer: "http://127.0.0.1:1", ...client };
    door = await openSignInDoor({ providers: { second } });
    const rd = encodeURIComponent(`/${"?".repeat(1_900)}`);

    const answer = await start(`rd=${rd}&prompt=login&max_age=60&junk=${"j".repeat(5_000)}`);

    const links = [...answer.body.matchAll(/href="([^"]+)"/g)].map(([, link = ""]) =>
      link.replaceAll("&amp;", "&"),
    );
    expect(links.map((link) => Object.fromEntries(new URL(link).searchParams))).toEqual(
      ["company", "second"].map((provider) => ({
        rd: `${new URL(door.site).origin}/`,
        provider,
        prompt: "login",
        max_age: "60",
      })),
    );
  });

  it("on the page that asks before a sign-out, and on the one of a failed sign-in", async () => {
    door = await openSignInDoor();
    const rd = encodeURIComponent(`/${"?".repeat(1_900)}`);
    const headers = { ...navigation, "Sec-Fetch-Site": "cross-site" };

    const pages = await Promise.all(
      ["sign_out", "callback"].map((path) =>
        door.browser().ask(`${door.site}/${path}?rd=${rd}`, { headers }),
      ),
    );

    expect(pages.map(({ status }) => status)).toEqual([200, 400]);
    const links = pages.map(({ body }) => /class="button first" href="([^"]+)"/.exec(body)?.[1]);
    expect(links).toEqual([`${door.site}/sign_out`, `${door.site}/start`]);
  });

  it("at the issuer, where a link repeats a value that a rule requires", async () => {
    door = await openSignInDoor({ rules: [{ path: "/strong/**", acr: ["mfa", "phr"] }] });

    const answer = await start(`acr_values=${"mfa+phr+".repeat(900)}mfa`);

    const location = new URL(String(answer.headers.location));
    expect(location.searchParams.get("acr_values")).toBe("mfa phr");
  });

  it("at the issuer, where the settings make it longer: no sign-in starts, and the log names them", async () => {
    const authorization = { ui_locales: "h".repeat(4_100) };
    door = await openSignInDoor({}, { authorization });

    const answer = await start("");

    expect([answer.status, answer.headers.location]).toEqual([502, undefined]);
    expect(setCookies(answer)).toEqual([]);
    expect(door.doorward.events).toContainEqual(
      expect.objectContaining({
        detail: expect.stringContaining("shorten scope or authorization"),
      }),
    );
  });
});
