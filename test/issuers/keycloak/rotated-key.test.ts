import { decodeProtectedHeader } from "jose";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { Browser } from "../../peers/browser.ts";
import { client, person, Realm } from "../../peers/keycloak.ts";
import { openDoor, type RealmDoor } from "../realm-door.ts";

const realm = new Realm(inject("keycloak"), "two");
const secret = "the secret of the client";
const name = "rotated";
const live = { clientId: "live", clientSecret: secret };
const told = { clientId: "told", clientSecret: secret };

let door: RealmDoor;
const keysInUse = new Set<unknown>();

/** Records the key that signs tokens now. */
async function recordKey(): Promise<void> {
  const { id_token: token } = await realm.passwordGrant(live, name, "openid");
  keysInUse.add(decodeProtectedHeader(token).kid);
}

/** The status of a request, and the email address that the app receives. */
async function verified(browser: Browser): Promise<unknown[]> {
  const { status, headers } = await door.verify(browser);
  return [status, headers["x-auth-request-email"]];
}

beforeAll(async () => {
  await realm.addPerson(person(name));
  door = await openDoor(async () => ({
    providers: {
      live: { type: "keycloak", issuer: realm.issuer, ...live },
      told: { type: "keycloak", issuer: realm.issuer, ...told },
    },
    access: { anyone: true },
    session: { refresh: "1s" },
  }));
  const { site, doorward } = door;
  await realm.addClient({ ...client(live, site), directAccessGrantsEnabled: true });
  const registered = client(told, site);
  await realm.addClient({
    ...registered,
    attributes: {
      "backchannel.logout.url": `http://127.0.0.1:${doorward.port}/_auth/sign_out`,
      "backchannel.logout.session.required": "true",
    },
  });
});

afterAll(() => door.doorward.close());

it("a key that Keycloak rotates counts at once for live sessions, new ones and logout tokens", async () => {
  const before = door.newBrowser();
  await door.signIn(before, "live", name);
  expect(await verified(before)).toEqual([200, `${name}@example.com`]);
  await recordKey();

  await realm.rotateKeys();
  await realm.changePerson(name, { email: "new@example.com", emailVerified: true });
  await recordKey();
  expect(keysInUse.size).toBe(2);

  const after = door.newBrowser();
  await door.signIn(after, "told", name);
  expect(await verified(after)).toEqual([200, "new@example.com"]);
  // The address of an older session changes only by a renewal whose ID token the new key signed.
  const statuses = new Set<unknown>();
  const addressNow = async () => {
    const [status, address] = await verified(before);
    statuses.add(status);
    return address;
  };
  await expect.poll(addressNow, { timeout: 20_000, interval: 500 }).toBe("new@example.com");
  expect(statuses).toEqual(new Set([200]));

  await realm.logOut(name);

  expect(door.doorward.events).toContainEqual(
    expect.objectContaining({ msg: "signed out by the issuer" }),
  );
  expect((await door.verify(after)).status).toBe(302);
});
