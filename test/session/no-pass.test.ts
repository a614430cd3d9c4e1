import * as fc from "fast-check";
import { pino } from "pino";
import { createStorage, type Driver } from "unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { beforeAll, describe, expect, it } from "vitest";
import type { Identity } from "../../server/identity/identity.ts";
import { createAppContext } from "../../server/app/app.ts";
import type { SiteEntry } from "../../server/config/site.ts";
import { createSites } from "../../server/config/sites.ts";
import type { Sessions } from "../../server/session/sessions.ts";
import { newSession, openSessions } from "../peers/sessions.ts";
import { createStore } from "../../server/store/plain-store.ts";
import type { Verify } from "../../server/context.ts";
import { createVerify } from "../../server/verify/verify.ts";
import { navigation } from "../peers/browser.ts";
import { configOf } from "../peers/doorward.ts";

const log = pino({ enabled: false });
const memory = memoryDriver(undefined);
const clock = { now: Date.now() };

const config = configOf({
  url: "http://localhost:8080",
  providers: { company: { type: "oidc", issuer: "https://id.example.com", clientId: "door" } },
  access: { emails: ["ada@example.com"], groups: ["staff"] },
});

const [{ first: site }] = createSites(config) as [SiteEntry];

function open(driver: Driver): { sessions: Sessions; verify: Verify } {
  const sessions = openSessions({
    store: createStore(createStorage({ driver })),
    lifetimeMs: 60_000,
    idleMs: 60_000,
    isCurrent: ({ clientId }) => clientId === "door",
    now: () => clock.now,
  });
  return {
    sessions,
    verify: createVerify(createAppContext(config, { sessions, log, now: () => clock.now })),
  };
}

function start(sessions: Sessions, changed: Partial<Identity>, clientId = "door"): Promise<string> {
  return sessions.start(newSession(site, { groups: ["staff"], ...changed }, clientId));
}

const proper: [string, string][] = [
  ["X-Forwarded-Method", "GET"],
  ["X-Forwarded-Proto", "http"],
  ["X-Forwarded-Host", "localhost:8080"],
  ["X-Forwarded-Uri", "/"],
  ["X-Original-URL", "http://localhost:8080/"],
  ["X-Original-Method", "GET"],
];

const posted: [string, string][] = [["X-Forwarded-Method", "POST"], ...proper.slice(1, 4)];

const names = [
  ...proper.map(([name]) => name),
  ..."X_Forwarded_Uri X-Forwarded-Prefix X-Forwarded-For X-Original-URI Forwarded".split(" "),
  ..."Authorization Accept Cookie Sec-Fetch-Mode Sec-Fetch-Dest User-Agent".split(" "),
  ..."X-Auth-Request-User X-Auth-Request-Email X-HTTP-Method-Override Upgrade".split(" "),
  ..."Access-Control-Request-Method Origin Content-Length Sec-Purpose __proto__".split(" "),
];
const values = [
  ...proper.map(([, value]) => value),
  ..."* navigate text/html application/json OPTIONS 127.0.0.1 websocket for=127.0.0.1".split(" "),
  ..."ada ada@example.com kube-probe/1.30 GoogleHC/1.0 /verify null true prefetch".split(" "),
  ..."/public/../admin // /\\ http://localhost:8080/public".split(" "),
  "",
  "Basic YWRhOmFkYQ==",
  "Bearer x",
];

describe("/verify, for any request,", () => {
  let verify: Verify;
  let tokens: string[];
  let ada: string;
  beforeAll(async () => {
    const opened = open(memory);
    ({ verify } = opened);
    const expired = await start(opened.sessions, {});
    clock.now += 60_000;
    const ended = await start(opened.sessions, {});
    await opened.sessions.end(site, ended);
    const notPermitted = { email: "eve@example.com", groups: ["STAFF"] };
    tokens = [
      expired,
      ended,
      await start(opened.sessions, notPermitted),
      await start(opened.sessions, {}, "another client"),
      "",
      "null",
      "A".repeat(43),
      "__proto__",
      "constructor",
      "%00",
    ];
    ada = await start(opened.sessions, {});
  });

  it("lets Ada pass, which shows that the tests below can fail", async () => {
    const rawHeaders = [...proper.flat(), "Cookie", `${site.sessionCookieName}=${ada}`];

    const { status } = await verify({
      method: "GET",
      query: "",
      rawHeaders,
      peer: "127.0.0.1",
    });

    expect(status).toBe(200);
  });

  it("denies a request without a session, or with an ended, expired or not permitted one", async () => {
    const header = fc.tuple(
      fc.oneof(fc.constantFrom(...names), fc.string()),
      fc.oneof(fc.constantFrom(...values), fc.string()),
    );
    const cookie = fc
      .nat(9)
      .map((index) => ["Cookie", `a=b; ${site.sessionCookieName}=${tokens[index]}`] as const);
    const request = fc.record({
      method: fc.constantFrom("GET", "HEAD", "POST", "OPTIONS", "TRACE"),
      query: fc.oneof(fc.constantFrom("", "allowed_groups=STAFF", "allow=public"), fc.string()),
      forwarded: fc.oneof(
        fc.constantFrom(proper, proper.slice(0, 4), proper.slice(4), posted),
        fc.subarray(proper),
      ),
      client: fc.constantFrom(Object.entries(navigation), [["Accept", "text/html"]], []),
      others: fc.array(fc.oneof(header, cookie), { maxLength: 6 }),
      peer: fc.constantFrom("127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.2", "192.0.2.1"),
    });
    const seen = new Set<number>();

    await fc.assert(
      fc.asyncProperty(request, async ({ forwarded, client, others, ...rest }) => {
        const rawHeaders = [...forwarded, ...client, ...others].flat();
        const { status, headers } = await verify({ ...rest, rawHeaders });

        seen.add(status);
        expect([302, 303, 400, 401, 403]).toContain(status);
        expect(headers).not.toContain("X-Auth-Request-User");
      }),
      { numRuns: 5_000, interruptAfterTimeLimit: 60_000 },
    );
    expect([...seen].toSorted()).toEqual([302, 303, 400, 401, 403]); // every kind of denial occurred
  });

  it.each<[string, () => unknown]>([
    ["throws", thrower(new Error("broken"))],
    ["throws a string", thrower("broken")],
    ["throws a status of 200", thrower({ status: 200, statusCode: 200 })],
    ["rejects", () => Promise.reject(new Error("broken"))],
    ["returns an error", () => new TypeError("broken")],
    ["returns true", () => true],
    ["returns a string", () => "sealed"],
    ["returns an unencrypted record", () => ({ sealed: "", identity: { subject: "ada" } })],
    ["returns a seal of the wrong type", () => ({ sealed: { length: 400 } })],
    ["returns a seal of junk", () => ({ sealed: "A".repeat(400) })],
    ["never responds", () => new Promise(() => undefined)],
  ])("denies the request when the store %s", async (_, getItem) => {
    const { verify: cold } = open({ ...memory, getItem: async () => getItem() });
    const rawHeaders = [...proper.flat(), "Cookie", `${site.sessionCookieName}=${"A".repeat(43)}`];

    const { status } = await cold({
      method: "GET",
      query: "",
      rawHeaders,
      peer: "127.0.0.1",
    });

    expect([302, 401, 500, 503]).toContain(status);
  });
});

function thrower(thrown: unknown): () => never {
  return () => {
    throw thrown;
  };
}
