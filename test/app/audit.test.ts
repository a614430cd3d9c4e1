import { afterEach, describe, expect, it } from "vitest";
import { navigation, type Browser } from "../peers/browser.ts";
import { auditLines, checkAuditLines } from "../peers/audit-lines.ts";
import { rs256 } from "../peers/jwt.ts";
import { client, openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";

let door: SignInDoor;
afterEach(async () => {
  checkAuditLines(door.doorward.events);
  await door.close();
});

const digest = /^[0-9a-f]{12}$/;
const proxy = { "X-Forwarded-For": "192.0.2.7", "X-Request-Id": "edge-1" };

/** The audit lines that this makes. */
async function linesOf(work: () => Promise<unknown>) {
  const before = door.doorward.events.length;
  await work();
  return auditLines(door.doorward.events.slice(before));
}

const verify = (browser: Browser, path = "/page?token=secret-of-the-app") =>
  door.verify(browser, { headers: { ...proxy, "X-Forwarded-Uri": path } });

const signOut = (browser: Browser) =>
  browser.ask(`${door.site}/sign_out`, { headers: { ...navigation, ...proxy } });

/** A logout token for all sessions of the person. */
function logoutToken(): string {
  const now = Math.floor(door.clock.now / 1000);
  const events = { "http://schemas.openid.net/event/backchannel-logout": {} };
  const claims = { iss: door.issuer.issuer, aud: client.clientId, sub: "ada", jti: "1", events };
  const header = { alg: "RS256", kid: "one", typ: "logout+jwt" };
  return rs256(header, { ...claims, iat: now, exp: now + 120 });
}

async function opened(settings: Record<string, unknown> = {}) {
  door = await openSignInDoor(settings);
  const { host } = new URL(door.site);
  const { issuer } = door.issuer;
  const who = { subject: "ada", issuer, provider: "company" };
  return { who, site: door.site, host, browser: door.browser() };
}

describe("the audit events", () => {
  it("of a sign-in, a denial and a sign-out name the same person and session", async () => {
    const rules = [{ path: "/closed/**", allow: { groups: ["ops"] } }];
    const { who, site, host, browser } = await opened({ rules });

    const [signedIn] = await linesOf(() => door.signIn(browser));
    const [denied] = await linesOf(() => verify(browser, "/closed/x?token=secret-of-the-app"));
    const [signedOut] = await linesOf(() => signOut(browser));

    const common = { ...who, email: "ada@example.com", site, host, level: 30 };
    expect(signedIn).toMatchObject({
      ...common,
      event: "signed_in",
      reason: "new_session",
      path: "/_auth/callback",
      session: expect.stringMatching(digest),
    });
    const { session } = signedIn ?? {};
    expect(denied).toMatchObject({
      ...common,
      event: "denied",
      rule: "rules.0",
      path: "/closed/x",
      requestId: "edge-1",
      address: "192.0.2.7",
      session,
    });
    expect(signedOut).toMatchObject({
      ...common,
      event: "signed_out",
      reason: "visitor",
      path: "/_auth/sign_out",
      requestId: "edge-1",
      address: "192.0.2.7",
      session,
    });
    expect(JSON.stringify(door.doorward.events)).not.toContain("secret-of-the-app");
  });

  it("of a second sign-in says that the first session has ended", async () => {
    const { browser } = await opened();
    const [first] = await linesOf(() => door.signIn(browser));

    const [second] = await linesOf(async () => {
      const location = await door.start(browser, "?prompt=select_account");
      await door.callback(browser, door.issuer.consent(location));
    });

    expect(second).toMatchObject({ event: "signed_in", reason: "replaced_session" });
    expect(second?.session).not.toBe(first?.session);
  });

  it("of a failed sign-in has the code of its page", async () => {
    const { browser } = await opened();
    const url = `${door.site}/callback?code=a&state=b`;

    const lines = await linesOf(() => browser.ask(url, { headers: { ...navigation, ...proxy } }));

    expect(lines).toMatchObject([
      {
        event: "sign_in_failed",
        reason: "transaction_missing",
        requestId: "edge-1",
        address: "192.0.2.7",
        path: "/_auth/callback",
        level: 40,
      },
    ]);
  });

  it.each([
    ["its lifetime", { lifetime: "1h", idle: "1d" }, "lifetime"],
    ["no use", { lifetime: "7d", idle: "30m" }, "idle"],
  ])("of a session that ended by %s are one line", async (_, session, reason) => {
    const { who, browser } = await opened({ session });
    const [signedIn] = await linesOf(() => door.signIn(browser));
    door.clock.now += 61 * 60_000;

    const lines = await linesOf(async () => {
      await Promise.all([verify(browser), verify(browser), verify(browser)]);
      await verify(browser);
    });

    const ended = { ...who, event: "session_ended", reason, session: signedIn?.session };
    expect(lines).toMatchObject([{ ...ended, requestId: "edge-1" }]);
  });

  it("of a revocation are followed by what the revoked browser's next request met", async () => {
    const { who, browser } = await opened();
    const [signedIn] = await linesOf(() => door.signIn(browser));
    const { issuer } = who;
    const lines = await linesOf(async () => {
      await door.browser().ask(`${door.site}/sign_out`, {
        method: "POST",
        headers: { "Content-Type": "application/x-www-form-urlencoded", ...proxy },
        body: new URLSearchParams({ logout_token: logoutToken() }).toString(),
      });
      await verify(browser);
    });

    expect(lines).toMatchObject([
      { event: "sessions_revoked", reason: "back_channel", issuer, subject: "ada" },
      { event: "session_ended", reason: "revoked", session: signedIn?.session, ...who },
    ]);
  });
});
