import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auditLines, checkAuditLines } from "../peers/audit-lines.ts";
import { navigation, type Browser } from "../peers/browser.ts";
import { expectNoSecrets } from "../peers/no-secrets.ts";
import { appUrl, setUp, variants, type Stand } from "./stand.ts";

const chosen = variants.filter(({ proxy }) => ["nginx", "caddy", "traefik"].includes(proxy));
const secret = "a-secret-of-the-app";

describe.each(chosen)("the audit lines of a journey behind $name", (variant) => {
  let stand: Stand;
  let ada: Browser;
  let bob: Browser;
  /** The session of each, once it is known. */
  const sessions = new Map<string, unknown>();

  beforeAll(async () => {
    stand = await setUp(variant);
    [ada, bob] = [stand.newBrowser(), stand.newBrowser()];
  });
  afterAll(async () => {
    await stand.close();
    const given = [ada, bob].flatMap((browser) => Array.from(browser.given));
    expectNoSecrets(JSON.stringify(stand.events), [secret, ...given]);
    checkAuditLines(stand.events);
  });

  async function linesOf(work: () => Promise<unknown>) {
    const before = stand.events.length;
    await work();
    return auditLines(stand.events.slice(before)).map((line) => {
      const { level: _, time: _time, msg: _msg, requestId, issuer, ...fields } = line;
      const hasIssuer = fields.subject !== undefined;
      expect([typeof requestId, issuer !== undefined]).toEqual(["string", hasIssuer]);
      return fields;
    });
  }

  const signedIn = (subject: string, email: string) => ({
    event: "signed_in",
    reason: "new_session",
    subject,
    email,
    provider: "company",
    site: new URL(variant.site).href,
    host: new URL(variant.site).host,
    path: `${new URL(variant.site).pathname.replace(/\/$/, "")}/callback`,
    address: "127.0.0.1",
    session: expect.stringMatching(/^[0-9a-f]{12}$/),
  });

  it.each([
    ["ada", "ada@example.com"],
    ["bob", "bob@elsewhere.example"],
  ])("the sign-in of %s is one line", async (name, email) => {
    const browser = name === "ada" ? ada : bob;

    const lines = await linesOf(() => browser.signIn(`${appUrl}/?token=${secret}`, name));

    sessions.set(name, lines[0]?.session);
    expect(lines).toEqual([signedIn(name, email)]);
  });

  it("an allowed request has no line", async () => {
    expect(await linesOf(() => ada.open(`${appUrl}/x?token=${secret}`))).toEqual([]);
  });

  it.each([
    ["a person", navigation],
    ["a script", { "Sec-Fetch-Mode": "cors" }],
  ])("a denial is one line, for %s", async (_, headers) => {
    await stand.permit({ domains: ["example.com"] });

    const lines = await linesOf(() => bob.ask(`${appUrl}/x?token=${secret}`, { headers }));

    expect(lines).toEqual([
      {
        ...signedIn("bob", "bob@elsewhere.example"),
        event: "denied",
        reason: "domain_not_listed",
        rule: "access",
        host: "app.example.com",
        path: "/x",
        session: sessions.get("bob"),
        domain: "elsewhere.example",
        groups: [],
      },
    ]);
  });

  it("a failed sign-in is one line", async () => {
    const lines = await linesOf(() =>
      stand
        .newBrowser()
        .ask(`${variant.site}/callback?code=${secret}&state=unknown`, { headers: navigation }),
    );

    const { site, host, path, address } = signedIn("", "");
    const why = { reason: "transaction_missing", detail: expect.any(String) };
    expect(lines).toEqual([{ event: "sign_in_failed", ...why, site, host, path, address }]);
  });

  it("a sign-out is one line", async () => {
    const lines = await linesOf(() => ada.open(`${variant.site}/sign_out`));

    const { pathname } = new URL(`${variant.site}/sign_out`);
    const line = { ...signedIn("ada", "ada@example.com"), path: pathname };
    expect(lines).toEqual([
      { ...line, event: "signed_out", reason: "visitor", session: sessions.get("ada") },
    ]);
  });
});
