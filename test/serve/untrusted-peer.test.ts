import { afterAll, beforeAll, expect, it } from "vitest";
import { Browser, navigation } from "../peers/browser.ts";
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
  expect(verdict.body).not.toMatch(/\bada\b/);
});

it("rejects a peer outside trustedProxies without any proxy header", async () => {
  const { port } = door.doorward;
  const answer = await new Browser().ask(`http://127.0.0.1:${port}/_auth/verify`);

  expect(answer.status).toBe(403);
});

it("shows a page to a person and JSON to a script, with the id of the line that names the peer", async () => {
  const ask = (headers: Record<string, string>) =>
    new Browser().ask(`http://127.0.0.1:${door.doorward.port}/_auth/verify`, { headers });
  const lineOf = () => door.doorward.events.at(-1);

  const page = await ask({ ...navigation, "X-Request-Id": "the-visitors" });
  const ofPage = lineOf();
  const script = await ask({ Accept: "*/*" });
  const again = await ask({ "Sec-Fetch-Mode": "cors", Accept: "text/html" });

  expect([page.status, script.status, again.status]).toEqual([403, 403, 403]);
  expect(page.headers["content-type"]).toContain("text/html");
  expect(page.body).toContain(String(ofPage?.requestId));
  expect(ofPage).toMatchObject({
    event: "refused",
    reason: "untrusted_peer",
    peer: "127.0.0.1",
    requestId: expect.stringMatching(/^[0-9a-f]{12}$/),
    mend: expect.stringContaining("trustedProxies"),
  });
  expect(JSON.parse(again.body)).toEqual({
    error: "untrusted_peer",
    requestId: lineOf()?.requestId,
  });
});
