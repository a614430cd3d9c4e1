import { afterEach, beforeEach, expect, it } from "vitest";
import {
  app,
  auth,
  blog,
  openPerHostDoor,
  type PerHostDoor,
  type Visitor,
} from "../peers/per-host-door.ts";

let door: PerHostDoor;
let visitor: Visitor;

beforeEach(async () => {
  door = await openPerHostDoor({ signOut: "issuer" });
  const end = { end_session_endpoint: `${door.site.issuer.issuer}/end` };
  door.site.issuer.twist = { metadata: end };
  visitor = door.visitor();
  for (const origin of [app, blog]) await visitor.open(`${origin}/`);
});
afterEach(() => door.close());

const signOut = async (query = "") =>
  visitor.ask(`${blog}/_auth/sign_out${query}`, { "Sec-Fetch-Site": "same-origin" });
const verdict = async (origin: string) =>
  door.verdict(origin, await visitor.jar.getCookieString(origin));
const fromIssuer = { "Sec-Fetch-Site": "cross-site" };

it("continues to the issuer, which returns to the only address that it knows", async () => {
  const answer = await signOut("?rd=/bye");
  const asked = new URL(String(answer.headers.location)).searchParams;
  const statuses = [await verdict(app), await verdict(blog)];
  const back = await visitor.ask(`${auth}/sign_out?state=${asked.get("state")}`, fromIssuer);

  expect(asked.get("post_logout_redirect_uri")).toBe(`${auth}/sign_out`);
  expect(asked.get("id_token_hint")?.split(".")).toHaveLength(3);
  expect(statuses).toEqual([302, 302]);
  expect([back.status, back.headers.location]).toEqual([303, `${blog}/bye`]);
});

it("accepts the issuer's return in this browser only", async () => {
  const answer = await signOut("?rd=/bye");
  const state = new URL(String(answer.headers.location)).searchParams.get("state");
  const elsewhere = await door.visitor().ask(`${auth}/sign_out?state=${state}`, fromIssuer);
  const other = door.visitor();
  await other.open(`${app}/`);
  const signedIn = await other.ask(`${auth}/sign_out?state=${state}`, fromIssuer);

  expect([elsewhere.status, elsewhere.headers.location]).toEqual([200, undefined]);
  // A page that asks first, as for every link of another site.
  expect([signedIn.status, signedIn.headers.location]).toEqual([200, undefined]);
  expect(await door.verdict(app, await other.jar.getCookieString(app))).toBe(200);
});

it("says that the account is signed out as well, and forgets the cookie of the sign-in", async () => {
  const answer = await signOut();
  const state = new URL(String(answer.headers.location)).searchParams.get("state");
  const back = await visitor.ask(`${auth}/sign_out?state=${state}`, fromIssuer);

  expect(back.body).toContain("of your account at the account service as well");
  expect(await visitor.jar.getCookieString(auth)).not.toMatch(/doorward-[0-9a-f]{6}=/);
});

it("asks first at a link of another site", async () => {
  const answer = await visitor.ask(`${blog}/_auth/sign_out`, fromIssuer);

  expect(answer.status).toBe(200);
  expect(answer.body).toContain(`${blog}/_auth/sign_out`);
  expect([await verdict(app), await verdict(blog)]).toEqual([200, 200]);
});
