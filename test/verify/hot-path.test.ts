import { createHook } from "node:async_hooks";
import { getHeapStatistics } from "node:v8";
import { pino } from "pino";
import { createStorage } from "unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { describe, expect, it, vi } from "vitest";
import { createAppContext } from "../../server/app/app.ts";
import type { SiteEntry } from "../../server/config/site.ts";
import { createCounts } from "../../server/observe/counts.ts";
import { createStore } from "../../server/store/plain-store.ts";
import { timeVerify } from "../../server/verify/timed-verify.ts";
import { createVerify } from "../../server/verify/verify.ts";
import { navigation } from "../peers/browser.ts";
import { configOf } from "../peers/doorward.ts";
import { newSession, openSessions } from "../peers/sessions.ts";

const requests = 1_000;
/** Enough for the list of read headers, the request and its path. With maps and regular expressions it was 3,100. */
const mostBytes = 1_450;

const shapes = {
  nginx: {
    "X-Original-URL": "https://app.example.com/area/report?year=2026",
    "X-Original-Method": "GET",
  },
  Traefik: {
    "X-Forwarded-Method": "GET",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "app.example.com",
    "X-Forwarded-Uri": "/area/report?year=2026",
  },
};

const dialects = { nginx: "original", Traefik: "forwarded" };

const settings = {
  url: "https://auth.example.com",
  cookie: { domain: "example.com" },
  providers: { company: { type: "oidc", issuer: "https://id.example.com", clientId: "door" } },
  access: { emails: ["other@example.com"] },
  rules: [
    { host: "app.example.com", path: "/public/**", allow: "public" },
    { host: "app.example.com", path: "/area/**", allow: { groups: ["staff"] } },
  ],
};
/** One site for many hosts makes its site and that site's id for each request. */
const manyHosts = { url: "https://{host}/_auth", hosts: ["example.com"], cookie: {} };
const mostBytesOfManyHosts = mostBytes + 350;

/** `/verify` with a store that counts its reads, and the cookie of a session. */
async function openVerify(changed: object = {}) {
  const config = configOf({ ...settings, ...changed });
  const memory = memoryDriver(undefined);
  const calls = { store: 0 };
  const driver = {
    ...memory,
    getItem: (key: string) => {
      calls.store++;
      return memory.getItem(key, {});
    },
  };
  const counts = createCounts();
  const sessions = openSessions({ store: createStore(createStorage({ driver })), counts });
  const context = createAppContext(config, {
    sessions,
    counts,
    log: pino({ enabled: false }),
    now: Date.now,
  });
  const [entry] = context.sites as [SiteEntry];
  const site = entry.at("app.example.com") ?? entry.first;
  const token = await sessions.start(newSession(site, { groups: ["staff"] }));
  const verify = timeVerify(createVerify(context), counts.verifySeconds.of());
  const requestOf = (shape: keyof typeof shapes, cookie: string) => ({
    method: "GET",
    query: "",
    rawHeaders: Object.entries({ ...shapes[shape], ...navigation, Cookie: cookie }).flat(),
    peer: "127.0.0.1",
  });
  return { calls, counts, verify, requestOf, cookie: `a=b; ${site.sessionCookieName}=${token}` };
}

describe.each(Object.keys(shapes) as (keyof typeof shapes)[])(
  "/verify for requests from %s",
  (shape) => {
    it("does not read the store for 1,000 requests of a hot session", async () => {
      const { calls, verify, requestOf, cookie } = await openVerify();
      await verify(requestOf(shape, cookie));
      calls.store = 0;

      for (let index = 0; index < requests; index++) {
        expect(await verify(requestOf(shape, cookie))).toMatchObject({ status: 200 });
      }

      expect(calls.store).toBe(0);
    });

    it("creates no promise, timer or other async resource for 1,000 requests of a hot session", async () => {
      const { verify, requestOf, cookie } = await openVerify();
      const request = requestOf(shape, cookie);
      await verify(request);
      const made: string[] = [];
      const hook = createHook({ init: (_, type) => void made.push(type) });

      hook.enable();
      for (let index = 0; index < requests; index++) verify(request);
      hook.disable();

      expect(made).toEqual([]);
    });

    it("returns the same response object for each request of a hot session", async () => {
      const { verify, requestOf, cookie } = await openVerify();
      const first = await verify(requestOf(shape, cookie));

      const second = await verify(requestOf(shape, cookie));

      expect(second).toBe(first);
      expect(first.status).toBe(200);
    });

    it("counts each request of a hot session, by what decided, with one look-up", async () => {
      const { counts, verify, requestOf, cookie } = await openVerify();
      const lookUp = vi.spyOn(counts.decisions, "of");

      for (let index = 0; index < requests; index++) await verify(requestOf(shape, cookie));
      await verify(requestOf(shape, "a=b"));

      const values = ["https://auth.example.com/", "rules.1", dialects[shape]] as const;
      expect(lookUp.mock.calls).toEqual([
        ["allow", ...values],
        ["challenge", ...values],
      ]);
      expect(counts.decisions.of("allow", ...values).value).toBe(requests);
      expect(counts.verifySeconds.of().counts.reduce((sum, one) => sum + one)).toBe(requests + 8);
      expect(counts.cacheReads.of("hit").value).toBe(requests);
    });

    it.each([
      ["", {}, mostBytes],
      [", at one site for many hosts", manyHosts, mostBytesOfManyHosts],
    ])("allocates little memory per request%s", async (_, changed, most) => {
      const { verify, requestOf, cookie } = await openVerify(changed);
      const request = requestOf(shape, cookie);
      const rounds = Array.from({ length: 40 }, () => {
        const before = getHeapStatistics().total_allocated_bytes;
        for (let index = 0; index < requests; index++) verify(request);
        return (getHeapStatistics().total_allocated_bytes - before) / requests;
      });

      // The minimum, because code allocates more until it is compiled, and a busy machine compiles it late.
      expect(Math.min(...rounds)).toBeLessThan(most);
      expect((await verify(request)).status).toBe(200);
    });
  },
);
