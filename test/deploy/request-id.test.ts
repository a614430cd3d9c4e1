import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { navigation, type HttpResponse } from "../peers/browser.ts";
import { until } from "../peers/until.ts";
import { appUrl, setUp, variants, type Stand } from "./stand.ts";

/** A double writes no access log. */
const withLog = variants.filter(({ proxy }) => proxy !== "apisix");

describe.each(withLog)("the id of a request, behind $name", (variant) => {
  let stand: Stand;

  beforeAll(async () => {
    stand = await setUp(variant);
  });
  afterAll(() => stand.close());

  /** The ids in doorward's log of a request, with the one of its answer. */
  async function idsOf(ask: () => Promise<HttpResponse>) {
    const before = stand.events.length;
    const answer = await ask();
    const id = String(answer.headers["x-request-id"]);
    await until(() => Promise.resolve(stand.proxy.output?.().includes(id) === true));
    return { answer, id, logged: stand.events.slice(before).map(({ requestId }) => requestId) };
  }

  it("is one in the access log, on the page and in doorward's log, and not the visitor's", async () => {
    const bob = await stand.signedIn("bob");
    await stand.permit({ emails: ["ada@example.com"] });
    const forged = { ...navigation, "X-Request-Id": "the-visitors" };

    const { answer, id, logged } = await idsOf(() => bob.ask(`${appUrl}/x`, { headers: forged }));

    expect(answer.status).toBe(403);
    expect(answer.body).toContain(id);
    expect(new Set(logged)).toEqual(new Set([id]));
    expect(id).not.toContain("visitors");
  });

  it("is one for a failed sign-in too, and no code is in the access log", async () => {
    const url = `${variant.site}/callback?code=the-issuers-code&state=unknown`;

    const { answer, id, logged } = await idsOf(() =>
      stand.newBrowser().ask(url, { headers: navigation }),
    );

    expect(answer.status).toBe(400);
    expect(answer.body).toContain(id);
    expect(logged).toEqual([id]);
    expect(stand.proxy.output?.()).not.toMatch(/issuers-code|state=unknown/);
  });
});
