import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createRateLimit } from "../../server/app/rate-limit.ts";
import type { SiteEntry } from "../../server/config/site.ts";
import { createSites } from "../../server/config/sites.ts";
import { empty } from "../../server/http/response.ts";
import { capturingLog } from "../peers/capturing-log.ts";
import { configOf } from "../peers/doorward.ts";
import { navigation, send, type HttpResponse } from "../peers/browser.ts";
import { forwarded, openSignInDoor, setCookies, type SignInDoor } from "../peers/sign-in-door.ts";

const settings = {
  url: "https://auth.example.com",
  providers: { google: { clientId: "door" } },
  access: { anyone: true },
};

let door: SignInDoor;

beforeAll(async () => {
  door = await openSignInDoor();
});
afterAll(() => door.close());

const limit = 600;
let addresses = 0;
/** The address of a visitor who has sent nothing yet. */
let visitor: string;
beforeEach(() => {
  visitor = `203.0.113.${++addresses}`;
});

function ask(path: string, headers: Record<string, string>): Promise<HttpResponse> {
  const ports = new Map([[new URL(door.site).host, door.doorward.port]]);
  return send(`${door.site}/${path}`, ports, { headers: { ...navigation, ...headers } });
}

/** Sends so many requests, and returns how often each status came. */
async function askOften(
  times: number,
  path: string,
  headers: Record<string, string>,
): Promise<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (let sent = 0; sent < times; sent += 50) {
    const answers = await Promise.all(
      Array.from({ length: Math.min(50, times - sent) }, () => ask(path, headers)),
    );
    for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}

describe("one visitor's address", () => {
  it("gets 429 at /start above the limit, and a page that says when to come back", async () => {
    const headers = { "X-Forwarded-For": visitor };

    const counts = await askOften(limit + 3, "start", headers);
    const answer = await ask("start", headers);

    expect(counts).toEqual({ 302: limit, 429: 3 });
    expect(answer.status).toBe(429);
    expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
    expect(Number(answer.headers["retry-after"])).toBeLessThanOrEqual(60);
    expect(answer.headers["content-type"]).toContain("text/html");
    expect(answer.body).toContain("Please wait a minute");
    expect(setCookies(answer)).toEqual([]);
    expect(
      door.doorward.events.filter(({ msg }) => msg === "too many requests from one address"),
    ).toEqual([expect.objectContaining({ address: visitor, path: "/_auth/start" })]);
  });

  it("gets JSON there as a script, whose requests for the user count too", async () => {
    const headers = {
      "X-Forwarded-For": visitor,
      Accept: "application/json",
      "Sec-Fetch-Mode": "cors",
      "Sec-Fetch-Site": "same-origin",
    };

    expect(await askOften(limit + 2, "start", headers)).toEqual({ 401: limit, 429: 2 });
    expect(JSON.parse((await ask("start", headers)).body)).toEqual({ error: "too_many_requests" });
  });

  it("gets 429 at /callback above the limit, and can still use /start, /verify and /sign_out", async () => {
    const headers = { "X-Forwarded-For": visitor };

    expect(await askOften(limit + 2, "callback?state=x", headers)).toEqual({ 400: limit, 429: 2 });
    expect((await ask("start", headers)).status).toBe(302);
    expect((await ask("verify", { ...headers, ...forwarded(door.site) })).status).toBe(302);
    expect((await ask("sign_out", headers)).status).toBe(200);
  });

  it("is the network of 64 bits in IPv6, and no other one", async () => {
    const network = `2001:db8:0:${addresses}`;

    await askOften(limit, "start", { "X-Forwarded-For": `${network}::1` });

    const [same, other] = await Promise.all([
      ask("start", { "X-Forwarded-For": `${network}:1:2:3:4` }),
      ask("start", { "X-Forwarded-For": "2001:db8:0:ffff::1" }),
    ]);
    expect([same.status, other.status]).toEqual([429, 302]);
  });

  it("is not the one that the visitor wrote in front of the proxy's", async () => {
    await askOften(limit, "start", { "X-Forwarded-For": visitor });

    const [forged, other] = await Promise.all([
      ask("start", { "X-Forwarded-For": `198.51.100.1, ${visitor}` }),
      ask("start", { "X-Forwarded-For": `${visitor}, 198.51.100.1` }),
    ]);
    expect([forged.status, other.status]).toEqual([429, 302]);
  });

  it("is not charged for requests that a page of another site makes its browser send", async () => {
    const headers = { "X-Forwarded-For": visitor, "Sec-Fetch-Site": "cross-site" };
    const image = { ...headers, "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image" };
    const script = { ...image, "Sec-Fetch-Dest": "empty", Accept: "application/json" };

    expect(await askOften(limit, "start", image)).toEqual({ 403: limit });
    expect(await askOften(limit, "start", script)).toEqual({ 403: limit });
    expect((await ask("start", { "X-Forwarded-For": visitor })).status).toBe(302);
  });
});

describe("visitors whom the proxies do not tell apart", () => {
  const newRateLimit = (trustedProxies: readonly string[]) => {
    const rateLimit = createRateLimit(trustedProxies, {
      log: capturingLog().log,
      showPage: () => empty(429),
    });
    const [{ first: site }] = createSites(configOf(settings)) as [SiteEntry];
    const route = { name: "callback", context: { site } } as const;
    return async (peer: string, headers: Record<string, string>) =>
      (await rateLimit(route, peer, new Headers(headers)))?.status;
  };

  it.each<[string, Record<string, string>]>([
    ["behind a proxy without X-Forwarded-For, where all visitors look like one", {}],
    ["behind proxies alone", { "X-Forwarded-For": "127.0.0.1, 10.0.0.1" }],
    ["where X-Forwarded-For holds no address", { "X-Forwarded-For": "unknown" }],
  ])("are not limited %s", async (_, headers) => {
    expect(await askOften(limit + 50, "start", headers)).toEqual({ 302: limit + 50 });
  });

  it("are limited each where anyone is a trusted proxy, by the last address", async () => {
    const statusFor = newRateLimit(["anyone"]);
    for (let sent = 0; sent < limit; sent++)
      await statusFor("127.0.0.1", { "X-Forwarded-For": `198.51.100.${sent % 250}, ${visitor}` });

    expect(await statusFor("127.0.0.1", { "X-Forwarded-For": visitor })).toBe(429);
    expect(await statusFor("127.0.0.1", { "X-Forwarded-For": "192.0.2.99" })).toBeUndefined();
  });
});

it("nothing is limited at /verify", async () => {
  const headers = { ...forwarded(door.site), "X-Forwarded-For": visitor };

  expect(await askOften(limit + 50, "verify", headers)).toEqual({ 302: limit + 50 });
});

it("a peer that is no trusted proxy is limited by its own address, whatever header it sends", async () => {
  const bare = await openSignInDoor({ trustedProxies: ["192.0.2.1"] });
  const ports = new Map([[new URL(bare.site).host, bare.doorward.port]]);
  const statuses = new Set<number>();
  for (let sent = 0; sent <= limit; sent++) {
    const headers = { ...navigation, "X-Forwarded-For": `198.51.100.${sent % 250}` };
    statuses.add((await send(`${bare.site}/start`, ports, { headers })).status);
  }
  await bare.close();

  expect([...statuses]).toEqual([302, 429]);
});

it("keeps the counts of 10,000 addresses, so that a caller with more of them cannot fill memory", async () => {
  const [{ first: site }] = createSites(configOf(settings)) as [SiteEntry];
  const route = { name: "callback", context: { site } } as const;
  const rateLimit = createRateLimit(["192.0.2.1"], {
    log: capturingLog().log,
    showPage: () => empty(429),
  });
  const none = new Headers();
  const status = async (peer: string) => (await rateLimit(route, peer, none))?.status;
  for (let sent = 0; sent < limit; sent++) await status(visitor);

  const before = await status(visitor);
  for (let other = 0; other < 9_999; other++) await status(`10.0.${other >> 8}.${other & 255}`);
  const known = await status(visitor);
  for (let other = 0; other < 10_000; other++) await status(`10.1.${other >> 8}.${other & 255}`);

  expect([before, known, await status(visitor)]).toEqual([429, 429, undefined]);
});
