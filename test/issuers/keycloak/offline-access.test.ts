import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { Browser, navigation } from "../../peers/browser.ts";
import { configOf, startDoorward, type TestDoorward } from "../../peers/doorward.ts";
import { freePort } from "../../peers/free-port.ts";
import { client, person, Realm, submitSignIn } from "../../peers/keycloak.ts";

const secret = "the secret of the client door";
/** The settings of each provider. Its name is also that of a client and of a person. */
const kinds = {
  oidc: {},
  keycloak: {},
  offline: { type: "oidc", offlineAccess: true },
};
const names = Object.keys(kinds);

const realm = new Realm(inject("keycloak"), "two");
let doorward: TestDoorward;
let site: string;

beforeAll(async () => {
  site = `http://localhost:${await freePort()}/_auth`;
  for (const name of names) {
    await realm.addPerson(person(name));
    await realm.addClient(client({ clientId: name, clientSecret: secret }, site));
  }
  const providers = Object.fromEntries(
    Object.entries(kinds).map(([name, settings]) => [
      name,
      { issuer: realm.issuer, clientId: name, clientSecret: secret, ...settings },
    ]),
  );
  doorward = await startDoorward(
    configOf({ url: site, providers, access: { anyone: true }, session: { refresh: "1s" } }),
  );
}, 180_000);

afterAll(() => doorward.close());

/** Signs a person in by the provider of the same name, and returns the status of a request after it. */
async function signIn(name: string): Promise<() => Promise<number>> {
  const browser = new Browser(new Map([[new URL(site).host, doorward.port]]));
  await submitSignIn(browser, await browser.open(`${site}/start?provider=${name}`), name);
  const headers = {
    "X-Forwarded-Method": "GET",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Host": new URL(site).host,
    "X-Forwarded-Uri": "/",
  };
  return async () =>
    (await browser.ask(`${site}/verify`, { headers: { ...navigation, ...headers } })).status;
}

describe("a sign-in at Keycloak", () => {
  it.each(["oidc", "keycloak"])("by the kind %s ends with its session there", async (name) => {
    const verify = await signIn(name);
    expect(await verify()).toBe(200);

    expect(await realm.endSessions(name)).toBe(1);

    await expect.poll(verify, { timeout: 20_000, interval: 500 }).toBe(302);
  });

  it("with `offlineAccess: true` has no session there that could end", async () => {
    const verify = await signIn("offline");
    expect(await verify()).toBe(200);

    expect(await realm.endSessions("offline")).toBe(0);
  });
});
