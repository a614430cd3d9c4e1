import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startIssuer, type Issuer } from "../../demo/issuer.ts";
import { Browser, navigation, type HttpResponse } from "../peers/browser.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";
import { freePort } from "../peers/free-port.ts";
import { startHostileIssuer, type HostileIssuer } from "../peers/hostile-issuer.ts";
import { client, refusalFaults, openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";

describe("with two providers", () => {
  let other: HostileIssuer;
  let door: SignInDoor;
  beforeAll(async () => {
    other = await startHostileIssuer();
    const second = { type: "oidc", issuer: other.issuer, clientId: "o", clientSecret: "other" };
    door = await openSignInDoor({ providers: { second } });
  });
  afterAll(async () => {
    await door.close();
    await other.close();
  });

  function start(browser: Browser, provider: string): Promise<string> {
    return door.start(browser, `?provider=${provider}`);
  }

  function tokenRequests(): number {
    return door.issuer.asked("/token") + other.asked("/token");
  }

  it("each signs in its own account", async () => {
    const browser = door.browser();
    const elsewhere = door.browser();

    const [one, two] = [await start(browser, "company"), await start(elsewhere, "second")];
    await door.callback(browser, door.issuer.consent(one, { iss: door.issuer.issuer }));
    await door.callback(elsewhere, other.consent(two, { iss: other.issuer }));

    const info = await Promise.all(
      [browser, elsewhere].map((each) =>
        each.ask(`${door.site}/start`, { headers: { Accept: "application/json" } }),
      ),
    );
    expect(info.map(({ body }) => JSON.parse(body).provider)).toEqual(["company", "second"]);
  });

  it("rejects a response with the iss of the other issuer before the code is sent to either", async () => {
    const browser = door.browser();
    const begun = await start(browser, "company");
    const before = tokenRequests();

    const url = door.issuer.consent(begun, { iss: other.issuer, code: other.codeFor(begun) });
    const answer = await door.callback(browser, url);

    expect(answer.status).toBe(400);
    expect(tokenRequests()).toBe(before);
    expect(await refusalFaults(door, browser, answer)).toEqual([]);
  });

  // RFC 9700 §4.4: otherwise an attacker's provider, by redirecting the browser to an honest provider during its own
  // sign-in, would receive the honest provider's code and its verifier.
  it("rejects a response without iss at the callback of another provider", async () => {
    const browser = door.browser();
    const begun = await start(browser, "second");
    const before = tokenRequests();
    const redirectUris = [begun, await start(browser, "company")].map((url) =>
      new URL(url).searchParams.get("redirect_uri"),
    );

    const sentOn = new URL(begun);
    sentOn.searchParams.set("redirect_uri", redirectUris[1] ?? "");
    const url = door.issuer.consent(sentOn.href, {
      code: door.issuer.codeFor(begun),
      iss: undefined,
    });
    const answer = await door.callback(browser, url);

    expect(redirectUris).toEqual([`${door.site}/callback/second`, `${door.site}/callback/company`]);
    expect(answer.status).toBe(400);
    expect(tokenRequests()).toBe(before);
  });

  it("rejects a response without iss at the common callback", async () => {
    const browser = door.browser();
    const begun = await start(browser, "second");
    const before = tokenRequests();

    const url = other.consent(begun, { iss: undefined }).replace("/callback/second", "/callback");
    const answer = await door.callback(browser, url);

    expect(answer.status).toBe(400);
    expect(tokenRequests()).toBe(before);
  });
});

describe("a code at a real issuer", () => {
  const accounts = ["ada", "eve"].map((id) => ({ id, claims: { name: id } }));
  let issuer: Issuer;
  let doorward: TestDoorward;
  let site: string;
  beforeAll(async () => {
    site = `http://localhost:${await freePort()}/_auth`;
    issuer = await startIssuer({ accounts, ...client, redirectUris: [`${site}/callback`] });
    const company = { type: "oidc", issuer: issuer.issuer, ...client };
    doorward = await startDoorward(
      configOf({ url: site, providers: { company }, access: { anyone: true } }),
    );
  });
  afterAll(async () => {
    await doorward.close();
    await issuer.close();
  });

  /** Signs in up to the callback URL, which is not opened. */
  async function almostSignedIn(account: string) {
    const browser = new Browser(new Map([[new URL(site).host, doorward.port]]));
    let answer: HttpResponse = await browser.open(`${site}/start`);
    answer = await browser.ask(answer.url, {
      method: "POST",
      headers: { ...navigation, "Content-Type": "application/x-www-form-urlencoded" },
      body: `account=${account}`,
    });
    while (!String(answer.headers.location).startsWith(site)) {
      answer = await browser.ask(new URL(String(answer.headers.location), answer.url).href);
    }
    return { browser, callback: new URL(String(answer.headers.location)) };
  }

  it("that was stolen opens no session in another sign-in, because the PKCE verifier differs", async () => {
    const ada = await almostSignedIn("ada");
    const eve = await almostSignedIn("eve");

    eve.callback.searchParams.set("code", ada.callback.searchParams.get("code") ?? "");
    const answer = await eve.browser.ask(eve.callback.href, { headers: navigation });

    expect(answer.status).toBe(400);
    expect(await eve.browser.jar.getCookieString(site)).toBe("");
  });

  it("is rejected if the client secret is wrong, and the log has the error but not the secret", async () => {
    const company = {
      type: "oidc",
      issuer: issuer.issuer,
      ...client,
      clientSecret: "not the one that the issuer knows",
    };
    const wrong = await startDoorward(
      configOf({ url: site, providers: { company }, access: { anyone: true } }),
    );
    const { callback } = await almostSignedIn("ada");
    const browser = new Browser(new Map([[new URL(site).host, wrong.port]]));
    const start = await browser.ask(`${site}/start`, { headers: navigation });
    const { searchParams } = new URL(String(start.headers.location));
    callback.searchParams.set("state", searchParams.get("state") ?? "");

    const answer = await browser.ask(callback.href, { headers: navigation });
    await wrong.close();

    expect(answer.status).toBe(502);
    expect(answer.body).toContain("does not accept this site");
    expect(wrong.events).toContainEqual(expect.objectContaining({ reason: "client_rejected" }));
    expect(JSON.stringify(wrong.events)).not.toContain(company.clientSecret);
  });
});
