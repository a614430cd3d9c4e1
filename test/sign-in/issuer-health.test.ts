import { beforeEach, describe, expect, it } from "vitest";
import { memoryParty, metadataPath, usualMetadata } from "../peers/memory-party.ts";

const second = 1_000;
let clock: number;
let requests: string[];
let failing: Record<string, () => Promise<Response>>;

beforeEach(() => {
  [clock, requests, failing] = [1_700_000_000_000, [], {}];
});

const refused = () =>
  Promise.reject(new TypeError("fetch failed", { cause: new Error("ECONNREFUSED") }));
const withStatus = (status: number) => async () => new Response("{}", { status });

function openParty(type = "oidc") {
  return memoryParty(
    async (path) => {
      requests.push(path);
      const reply = failing[path];
      if (reply !== undefined) return reply();
      return Response.json(path === metadataPath ? usualMetadata : { keys: [] });
    },
    { type, now: () => clock },
  );
}

describe("an issuer", () => {
  it("that answers is not down", async () => {
    expect(await openParty().health.isDown()).toBe(false);
    expect(requests).toEqual([metadataPath]);
  });

  it.each([
    ["refuses connections", refused],
    ["answers with a server error", withStatus(503)],
    ["has no metadata", withStatus(404)],
    ["redirects", withStatus(302)],
  ])("that %s is down until it answers again", async (_, reply) => {
    const { health } = openParty();
    failing = { [metadataPath]: reply };
    const before = await health.isDown();
    failing = {};
    clock += 5 * second;

    expect([before, await health.isDown()]).toEqual([true, false]);
  });

  it("that never answers does not delay the readiness, and is down from its timeout on", async () => {
    const { health } = openParty();
    const { promise, reject } = Promise.withResolvers<Response>();
    failing = { [metadataPath]: () => promise };

    const before = await health.isDown();
    reject(new DOMException("too late", "TimeoutError"));

    await expect.poll(() => health.isDown()).toBe(true);
    expect(before).toBe(false);
    expect(requests).toEqual([metadataPath]);
  });

  it("is asked once in five seconds, however often the readiness is asked", async () => {
    const { health } = openParty();

    for (let times = 0; times < 10; times++) {
      await Promise.all([health.isDown(), health.isDown()]);
      clock += second;
    }

    expect(requests).toEqual([metadataPath, metadataPath]);
  });

  it("is down while another of its endpoints fails, as the last request to it showed", async () => {
    const { health } = openParty();
    const keys = `${usualMetadata.issuer}/keys`;
    failing = { "/keys": withStatus(500) };
    await health.fetch(keys, {});
    const failed = await health.isDown();
    failing = {};
    await health.fetch(`${keys}?again`, {});

    expect([failed, await health.isDown()]).toEqual([true, false]);
  });

  it("is not down for a refusal, nor for a failure of more than five minutes ago", async () => {
    const { health } = openParty();
    failing = { "/token": withStatus(401), "/keys": refused };
    await health.fetch(`${usualMetadata.issuer}/token`, {});
    const refusal = await health.isDown();
    await health.fetch(`${usualMetadata.issuer}/keys`, {}).catch(() => undefined);
    clock += 300 * second - 1;
    const before = await health.isDown();
    clock += 1;

    expect([refusal, before, await health.isDown()]).toEqual([false, true, false]);
  });

  it("without metadata gets no request for its health", async () => {
    expect(await openParty("github").health.isDown()).toBe(false);
    expect(requests).toEqual([]);
  });
});
