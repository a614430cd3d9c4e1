import { afterEach, describe, expect, it } from "vitest";
import { navigation } from "../peers/browser.ts";
import { appUrl, setUp, variants, type Stand } from "./stand.ts";

let stand: Stand;
afterEach(() => stand.close());

/** Swaps the values of X-Original-URL and X-Original-Method in the auth request. */
function swapped(text: string): string {
  const method = /X-Original-Method {2}\$request_method;/;
  const url = /X-Original-URL {5}(\$scheme:\S+);/;
  const [, value = ""] = url.exec(text) ?? [];
  return text
    .replace(url, "X-Original-URL     $request_method;")
    .replace(method, `X-Original-Method  ${value};`);
}

describe.each(variants.filter(({ proxy }) => proxy === "nginx"))("behind $name", (variant) => {
  it("a refusal is one event with one id, though nginx asks twice", async () => {
    stand = await setUp(variant);
    const bob = await stand.signedIn("bob");
    await stand.permit({ emails: ["ada@example.com"] });
    const before = stand.events.length;

    const answer = await bob.ask(`${appUrl}/x?refusal_page=not_set_up`, { headers: navigation });

    const lines = stand.events.slice(before);
    expect(stand.gate.asked.filter(({ url }) => url.includes("/verify")).length).toBeGreaterThan(1);
    expect(lines).toMatchObject([{ event: "denied", reason: "email_not_listed", subject: "bob" }]);
    expect(answer.headers["x-request-id"]).toBe(lines[0]?.requestId);
    expect(answer.body).toContain(String(lines[0]?.requestId));
  });

  it("an identity header of a visitor is one event, though nginx asks twice", async () => {
    stand = await setUp(variant);
    const before = stand.events.length;

    const answer = await stand
      .newBrowser()
      .ask(`${appUrl}/x`, { headers: { ...navigation, "X-Auth-Request-Role": "admin" } });

    expect(answer.status).toBe(400);
    expect(stand.gate.asked.filter(({ url }) => url.includes("/verify"))).toHaveLength(2);
    expect(stand.events.slice(before)).toMatchObject([
      { event: "refused", reason: "identity_header", header: "X-Auth-Request-Role" },
    ]);
  });

  it("a question with swapped headers gets a page of its own, whose code leads to the cause", async () => {
    stand = await setUp(variant, swapped);
    const before = stand.events.length;

    const page = await stand
      .newBrowser()
      .ask(`${appUrl}/x?token=secret-of-the-app`, { headers: navigation });
    const script = await stand.newBrowser().ask(`${appUrl}/x`);

    const [line] = stand.events.slice(before);
    expect([page.status, script.status]).toEqual([403, 403]);
    expect(page.body).toContain("not set up");
    expect(page.body).not.toContain("account has no access");
    expect(page.body).toContain(String(line?.requestId));
    expect(script.body).toContain('"error":"malformed_request"');
    expect(stand.events.length - before).toBe(2);
    expect(line).toMatchObject({
      event: "refused",
      reason: "malformed",
      peer: "127.0.0.1",
      sent: { "x-original-url": "GET", "x-original-method": "https://app.example.com/x" },
      mend: expect.stringContaining("swap them"),
    });
    expect(JSON.stringify(stand.events)).not.toContain("secret-of-the-app");
  });
});
