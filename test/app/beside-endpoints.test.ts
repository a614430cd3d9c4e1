import { afterEach, describe, expect, it, vi } from "vitest";
import { createBesideEndpoints } from "../../server/app/beside-endpoints.ts";
import type { SiteEndpoint } from "../../server/app/endpoints.ts";
import { checkAuditLines } from "../peers/audit-lines.ts";
import { navigation, send } from "../peers/browser.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";

let doorward: TestDoorward;
afterEach(() => doorward.close());

async function open(url: string): Promise<void> {
  const providers = { google: { clientId: "door" } };
  doorward = await startDoorward(configOf({ url, providers, access: { anyone: true } }));
}

const ask = (path: string, headers: Record<string, string> = navigation) =>
  send(`http://127.0.0.1:${doorward.port}`, new Map(), { target: path, headers });

const question = {
  "X-Forwarded-Method": "GET",
  "X-Forwarded-Proto": "https",
  "X-Forwarded-Host": "app.example.com",
  "X-Forwarded-Uri": "/x?token=secret-of-the-app",
};

describe("a request beside the endpoints", () => {
  it.each([
    ["https://app.example.com/_auth/door", "/_auth/callback", "/_auth/door/callback"],
    ["https://app.example.com/_auth/door", "/_auth/verify", "/_auth/door/verify"],
    ["https://app.example.com/_auth", "/_auth/start/", "/_auth/start"],
    ["https://app.example.com/_auth", "/_auth//start?rd=secret", "/_auth/start"],
    ["https://app.example.com/_auth", "/verify", "/_auth/verify"],
    ["https://app.example.com/_auth", "/_auth/sign-out", "/_auth/sign_out"],
    ["https://auth.example.com", "/_auth/callback?code=secret", "/callback"],
  ])("of %s is named once, with the nearest endpoint: %s", async (url, path, nearest) => {
    await open(url);

    const answers = [await ask(path), await ask(path), await ask(path)];

    expect(answers.map(({ status }) => status)).not.toContain(200);
    expect(doorward.events).toMatchObject([
      {
        event: "refused",
        reason: "no_endpoint",
        nearest,
        path: path.split("?")[0],
        requestId: answers[0]?.headers["x-request-id"],
        mend: expect.stringContaining(nearest),
      },
    ]);
    checkAuditLines(doorward.events);
    expect(JSON.stringify(doorward.events)).not.toContain("secret");
  });

  it("that a proxy sends as a question leads to /verify", async () => {
    await open("https://auth.example.com");

    await ask("/", question);

    expect(doorward.events).toMatchObject([{ reason: "no_endpoint", nearest: "/verify" }]);
    expect(JSON.stringify(doorward.events)).not.toContain("secret");
  });

  it("that resembles none has no line", async () => {
    await open("https://app.example.com/_auth");

    for (const path of ["/", "/favicon.ico", "/_auth", "/robots.txt", "/_auth/x"]) await ask(path);

    expect(doorward.events).toEqual([]);
  });

  it("adds no more lines than there are endpoints, whatever is asked", async () => {
    await open("https://app.example.com/_auth");

    for (let index = 0; index < 60; index++)
      for (const name of ["verify", "start", "callback", "sign_out"])
        await ask(`/${index}/${name}/`);

    expect(doorward.events).toHaveLength(4);
  });
});

describe("of many sites", () => {
  const bases = Array.from({ length: 50 }, (_, index) => `/site${index}`);
  const endpointOf = (name: SiteEndpoint["name"]) => ({ name, contexts: [], provider: undefined });
  const endpoints = new Map<string, SiteEndpoint>(
    bases.flatMap((base) => [
      [`${base}/start`, endpointOf("start")],
      [`${base}/verify`, endpointOf("verify")],
    ]),
  );

  it("each endpoint is found once, and no other one in its place", () => {
    const find = createBesideEndpoints(endpoints);

    const found = [...bases, ...bases].map((base) => find(`${base}/x/start`, false));

    expect(found).toEqual([...bases.map((base) => `${base}/start`), ...bases.map(() => undefined)]);
    expect(find("/site7/x", true)).toBe("/site7/verify");
  });

  it("the endpoints are read once, not at each request", () => {
    const reads = ["entries", "values", "keys", Symbol.iterator] as const;
    const own = new Map(endpoints);
    const spies = reads.map((read) => vi.spyOn(own, read));
    const find = createBesideEndpoints(own);
    for (const spy of spies) spy.mockClear();

    for (const base of bases) find(`${base}/x/start`, false);
    find("/x/start", false);

    expect(spies.flatMap((spy) => spy.mock.calls)).toEqual([]);
  });
});
