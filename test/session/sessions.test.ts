import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { client, openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";
import type { Browser } from "../peers/browser.ts";
import { rs256, type Claims } from "../peers/jwt.ts";

const minute = 60_000;
const usual = { refreshes: true, claims: { sid: "s-1" } };
let door: SignInDoor;
let browser: Browser;

beforeEach(async () => {
  door = await openSignInDoor({ session: { refresh: "1h" } });
  door.issuer.twist = usual;
  browser = door.browser();
  await door.signIn(browser);
});
afterEach(() => door.close());

/** The issuer's back-channel logout (OpenID Connect Back-Channel Logout 1.0 §2.4). */
async function logout(whose: Claims): Promise<number> {
  const now = Math.floor(door.clock.now / 1000);
  const token = rs256(
    { alg: "RS256", kid: "one", typ: "logout+jwt" },
    {
      iss: door.issuer.issuer,
      aud: client.clientId,
      iat: now,
      exp: now + 120,
      jti: "logout",
      events: { "http://schemas.openid.net/event/backchannel-logout": {} },
      ...whose,
    },
  );
  const { status } = await door.browser().ask(`${door.site}/sign_out`, {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ logout_token: token }).toString(),
  });
  return status;
}

describe("a revocation while a request waits for the issuer to refresh its session", () => {
  it.each<[string, Claims]>([
    ["the issuer's session", { sid: "s-1" }],
    ["the subject", { sub: "ada" }],
  ])("of %s refuses that request", async (_, whose) => {
    const revoked = Promise.withResolvers<number>();
    door.issuer.twist = {
      ...usual,
      async before(_path, body) {
        if (body.includes("grant_type=refresh_token")) revoked.resolve(await logout(whose));
      },
    };
    door.clock.now += 61 * minute;

    const { status } = await door.verify(browser);

    expect(await revoked.promise).toBe(200);
    expect(door.issuer.refreshes()).toBe(1);
    expect(status).toBe(302);
    expect((await door.verify(browser)).status).toBe(302);
  });

  it.each<[string, Claims]>([
    ["another session of the issuer", { sid: "s-2" }],
    ["another subject", { sub: "eve" }],
  ])("of %s does not", async (_, whose) => {
    const revoked = Promise.withResolvers<number>();
    door.issuer.twist = {
      ...usual,
      async before(_path, body) {
        if (body.includes("grant_type=refresh_token")) revoked.resolve(await logout(whose));
      },
    };
    door.clock.now += 61 * minute;

    const { status } = await door.verify(browser);

    expect(await revoked.promise).toBe(200);
    expect(status).toBe(200);
  });
});
