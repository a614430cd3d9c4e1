import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { client, Realm } from "../../peers/keycloak.ts";
import { openDoor, type RealmDoor } from "../realm-door.ts";

const credentials = { clientId: "sign-out", clientSecret: "the secret of the client" };
const providers = ["keycloak", "oidc"] as const;

let door: RealmDoor;

beforeAll(async () => {
  const realm = new Realm(inject("keycloak"), "one");
  door = await openDoor(async (site) => {
    await realm.addClient(client(credentials, site));
    const settings = { issuer: realm.issuer, ...credentials };
    return {
      providers: { keycloak: settings, oidc: settings },
      access: { emails: ["ada@example.com"] },
      signOut: "issuer",
    };
  });
});

afterAll(() => door.doorward.close());

describe.each(providers)("a sign-out through Keycloak by the provider %s", (provider) => {
  it("ends both sessions, and the page says so", async () => {
    const browser = door.newBrowser();
    await door.signIn(browser, provider, "ada");
    expect((await door.verify(browser)).status).toBe(200);

    const end = await browser.open(`${door.site}/sign_out`);

    expect(end.body).toContain("of your account at the account service as well");
    expect((await door.verify(browser)).status).toBe(302);
    const next = await browser.open(`${door.site}/start?provider=${provider}`);
    expect(next.body).toContain("kc-form-login");
  });

  it("leads back to the target, without a question at Keycloak", async () => {
    const browser = door.newBrowser();
    await door.signIn(browser, provider, "ada");

    const target = `${new URL(door.site).origin}/bye`;
    const end = await browser.open(`${door.site}/sign_out?rd=${encodeURIComponent(target)}`);

    expect(end.url).toBe(target);
  });
});
