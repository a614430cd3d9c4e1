import { afterAll, beforeAll, expect, it } from "vitest";
import { Browser } from "../peers/browser.ts";
import { forwarded, openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";
import { cookieNameOf } from "../peers/cookie-name.ts";

let door: SignInDoor;

beforeAll(async () => {
  door = await openSignInDoor({ trustedProxies: ["192.0.2.1"] });
});
afterAll(() => door.close());

it.each<[string, Record<string, string>]>([
  ["no header of its own", {}],
  ["the address of a proxy in X-Forwarded-For", { "X-Forwarded-For": "192.0.2.1" }],
  ["the address of a proxy in X-Real-IP", { "X-Real-IP": "192.0.2.1" }],
  ["the address of a proxy in Forwarded", { Forwarded: "for=192.0.2.1" }],
  ["a request for user information", { Accept: "application/json" }],
])("rejects a peer outside trustedProxies with 403, with %s", async (_, headers) => {
  const browser = door.browser();
  await door.signIn(browser); // browsers themselves may come from anywhere

  const verdict = await browser.ask(`${door.site}/verify`, {
    headers: { ...forwarded(door.site), ...headers },
  });

  expect(await browser.jar.getCookieString(door.site)).toContain(`${cookieNameOf(door.site)}=`);
  expect(verdict.status).toBe(403);
  expect(verdict.headers["x-auth-request-user"]).toBeUndefined();
  expect(verdict.body).not.toContain("ada");
});

it("rejects a peer outside trustedProxies without any proxy header", async () => {
  const { port } = door.doorward;
  const answer = await new Browser().ask(`http://127.0.0.1:${port}/_auth/verify`);

  expect(answer.status).toBe(403);
});
