import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { navigation, type Browser } from "../peers/browser.ts";
import { isAuthRequest, authRequestMethod } from "./gate.ts";
import { appUrl, setUp, variants, type Stand } from "./stand.ts";

describe.each(variants)("an account that lost access, behind $name", (variant) => {
  let stand: Stand;
  let bob: Browser;

  beforeAll(async () => {
    stand = await setUp(variant);
    bob = await stand.signedIn("bob");
    await stand.permit({ emails: ["ada@example.com"] });
  });
  afterAll(() => stand.close());

  it("sees doorward's own page, with its name and a link to sign in", async () => {
    const before = stand.app.heard.length;

    const answer = await bob.open(`${appUrl}/x?a=1`);

    expect(answer).toMatchObject({ status: 403, url: `${appUrl}/x?a=1` });
    expect(answer.headers["content-type"]).toContain("text/html");
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(answer.headers["content-security-policy"]).toContain("default-src 'none'");
    expect(answer.body).toContain("bob@elsewhere.example");
    expect(answer.body).toContain(`${variant.site}/start?rd=${encodeURIComponent(answer.url)}`);
    expect(stand.app.heard).toHaveLength(before);
  });

  it.each([
    ["a form", "POST", navigation, "text/html"],
    ["a script", "GET", { "Sec-Fetch-Mode": "cors" }, "application/json"],
    ["a script that sends", "PUT", { "Transfer-Encoding": "chunked" }, "application/json"],
  ])("gets 403 for %s, as a page or as JSON", async (_, method, headers, type) => {
    const before = stand.app.heard.length;

    const answer = await bob.ask(`${appUrl}/x`, {
      method,
      headers,
      ...(method !== "GET" && { body: "a=1" }),
    });

    expect(answer.status).toBe(403);
    expect(answer.headers["content-type"]).toContain(type);
    expect(stand.app.heard).toHaveLength(before);
    const authRequests = stand.gate.asked.filter(isAuthRequest);
    expect(authRequests.at(-1)?.method).toBe(authRequestMethod(variant.proxy, method));
    expect(authRequests.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0)).toBe(0);
    expect(stand.gate.garbled).toBe(0);
  });

  it("cannot change its identity with forged headers", async () => {
    const before = stand.app.heard.length;

    const answer = await bob.ask(`${appUrl}/x`, {
      headers: {
        "X-Auth-Request-User": "ada",
        "X-Auth-Request-Email": "ada@example.com",
        "X-Forwarded-Uri": "/public",
        "X-Original-URL": "https://other.example/public",
        "X-Original-Method": "HEAD",
      },
    });

    expect(answer.status).toBe(403);
    expect(stand.app.heard).toHaveLength(before);
  });
});

/** A picture of the largest size that `pages.logo` takes. */
function largestLogo(): string {
  const drawn = (path: string) =>
    `<svg xmlns="http://www.w3.org/2000/svg"><path d="${path}"/></svg>`;
  const room = 65_536 - drawn("").length;
  const svg = drawn("M0 0".padEnd(room, " "));
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
}

it.each(variants.filter(({ name }) => name.endsWith("own host")))(
  "the page of a denial is whole with the largest logo and a long address, behind $name",
  async (variant) => {
    const stand = await setUp(variant, undefined, { pages: { logo: largestLogo() } });
    const bob = await stand.signedIn("bob");
    await stand.permit({ emails: ["ada@example.com"] });

    const answer = await bob.ask(`${appUrl}/x?${"&".repeat(4_000)}`, { headers: navigation });

    expect(answer.status).toBe(403);
    expect(answer.body.length).toBeGreaterThan(80_000);
    expect(answer.body).toContain("</html>");
    await stand.close();
  },
);

describe.each(variants.filter(({ proxy }) => proxy === "nginx"))(
  "the second auth request after a 403, behind $name",
  (variant) => {
    it("is denied even if the account regains access between the two", async () => {
      const stand = await setUp(variant);
      const ada = await stand.signedIn("ada");
      const { answer: doorward } = stand.gate;
      const before = stand.app.heard.length;
      let count = 0;
      stand.gate.answer = (request, response) => {
        if (count++ > 0) doorward(request, response);
        else response.writeHead(403, { "Content-Length": 0 }).end();
      };

      const answer = await ada.ask(`${appUrl}/x`, { headers: navigation });

      expect(answer.status).toBe(403);
      expect(answer.body).toContain("ada@example.com");
      expect(count).toBe(2);
      expect(stand.app.heard).toHaveLength(before);
      await stand.close();
    });
  },
);
