import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { Browser, navigation } from "../../peers/browser.ts";
import { configOf, startDoorward, type TestDoorward } from "../../peers/doorward.ts";
import { freePort } from "../../peers/free-port.ts";
import { client, person, Realm, submitSignIn } from "../../peers/keycloak.ts";

const secret = "the secret of the client door";
const providers = ["keycloak", "oidc"] as const;

let doorward: TestDoorward;
let realms: Realm[];
let site: string;

beforeAll(async () => {
  const port = await freePort();
  site = `http://localhost:${port}/_auth`;
  const redirectUri = `${site}/callback`;
  realms = await Promise.all(
    providers.map((name) =>
      Realm.create(inject("keycloak"), `sign-in-${name}`, {
        people: [person("ada", { realmRoles: ["ops"] }), person("bob")],
        roles: { realm: [{ name: "ops" }] },
        clients: [client("door", secret, redirectUri)],
      }),
    ),
  );
  const [one, two] = realms.map(({ issuer }) => issuer);
  doorward = await startDoorward(
    configOf({
      url: site,
      providers: {
        keycloak: { issuer: one, clientId: "door", clientSecret: secret },
        oidc: { issuer: two, clientId: "door", clientSecret: secret },
      },
      access: { emails: ["ada@example.com"] },
    }),
  );
});

afterAll(async () => {
  await doorward.close();
  await Promise.all(realms.map((realm) => realm.remove()));
});

function newBrowser(): Browser {
  return new Browser(new Map([[new URL(site).host, doorward.port]]));
}

function verify(browser: Browser, uri = "/") {
  const headers = {
    "X-Forwarded-Method": "GET",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Host": new URL(site).host,
    "X-Forwarded-Uri": uri,
  };
  return browser.ask(`${site}/verify`, { headers: { ...navigation, ...headers } });
}

async function signIn(browser: Browser, provider: string, username: string, uri = "/") {
  const target = encodeURIComponent(new URL(uri, site).href);
  const page = await browser.open(`${site}/start?provider=${provider}&rd=${target}`);
  return submitSignIn(browser, page, username);
}

describe.each(providers)("a sign-in at a realm of Keycloak by the provider %s", (provider) => {
  it("leads back to the requested page, and then allows requests", async () => {
    const browser = newBrowser();

    const challenge = await verify(browser, "/x?a=1&b=2%26c");
    const end = await signIn(browser, provider, "ada", "/x?a=1&b=2%26c");
    const allowed = await verify(browser);

    expect(challenge.status).toBe(302);
    expect(end.url).toBe(`${new URL(site).origin}/x?a=1&b=2%26c`);
    expect(allowed.status).toBe(200);
    expect(allowed.headers).toMatchObject({
      "x-auth-request-email": "ada@example.com",
      "x-auth-request-preferred-username": "ada",
    });
  });

  it("shows a person without access the page that says so", async () => {
    const browser = newBrowser();

    const end = await signIn(browser, provider, "bob");
    const asked = await verify(browser);

    expect(end.body).toContain("This account has no access");
    expect(asked.status).toBe(302);
  });

  it("refuses a wrong name at Keycloak, and opens no session", async () => {
    const browser = newBrowser();

    const end = await signIn(browser, provider, "eve");

    expect(end.url).toContain("/realms/");
    expect((await verify(browser)).status).toBe(302);
  });
});
