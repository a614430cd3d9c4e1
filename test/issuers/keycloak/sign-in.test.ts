import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { client, Realm } from "../../peers/keycloak.ts";
import { openDoor, type RealmDoor } from "../realm-door.ts";

const credentials = { clientId: "sign-in", clientSecret: "the secret of the client" };
const providers = ["keycloak", "oidc"] as const;

let door: RealmDoor;

beforeAll(async () => {
  const [one, two] = ["one", "two"].map((name) => new Realm(inject("keycloak"), name));
  door = await openDoor(async (site) => {
    await one?.addClient(client(credentials, site));
    await two?.addClient(client(credentials, site));
    return {
      providers: {
        keycloak: { issuer: one?.issuer, ...credentials },
        oidc: { issuer: two?.issuer, ...credentials },
      },
      access: { emails: ["ada@example.com"] },
    };
  });
});

afterAll(() => door.doorward.close());

describe.each(providers)("a sign-in at a realm of Keycloak by the provider %s", (provider) => {
  it("leads back to the requested page, and then allows requests", async () => {
    const browser = door.newBrowser();

    const challenge = await door.verify(browser, "/x?a=1&b=2%26c");
    const end = await door.signIn(browser, provider, "ada", "/x?a=1&b=2%26c");
    const allowed = await door.verify(browser);

    expect(challenge.status).toBe(302);
    expect(end.url).toBe(`${new URL(door.site).origin}/x?a=1&b=2%26c`);
    expect(allowed.status).toBe(200);
    expect(allowed.headers).toMatchObject({
      "x-auth-request-email": "ada@example.com",
      "x-auth-request-preferred-username": "ada",
    });
  });

  it("shows a person without access the page that says so", async () => {
    const browser = door.newBrowser();

    const end = await door.signIn(browser, provider, "bob");
    const asked = await door.verify(browser);

    expect(end.body).toContain("This account has no access");
    expect(asked.status).toBe(302);
  });

  it("refuses an unknown name at Keycloak, and opens no session", async () => {
    const browser = door.newBrowser();

    const end = await door.signIn(browser, provider, "eve");

    expect(end.url).toContain("/realms/");
    expect((await door.verify(browser)).status).toBe(302);
  });
});
