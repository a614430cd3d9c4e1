import * as fc from "fast-check";
import { pino } from "pino";
import { describe, expect, it, vi } from "vitest";
import { createAppContext } from "../../server/app/app.ts";
import type { Site } from "../../server/config/site.ts";
import { Session } from "../../server/session/session.ts";
import { openStore } from "../../server/store/open-store.ts";
import { noTokens, type Tokens } from "../../server/sign-in/token-endpoint.ts";
import { createVerify } from "../../server/verify/verify.ts";
import { configOf } from "../peers/doorward.ts";
import { newSession, openSessions } from "../peers/sessions.ts";

vi.mock("lru-cache", async (original) => {
  const { smallCaches } = await import("../peers/small-caches.ts");
  return smallCaches(original);
});

const begun = Date.UTC(2026, 0, 1);
const hosts = ["app.example.com", "wiki.example.com", "app.example.org"];
const paths = ["/", "/a", "/a/b", "/a%2fb", "/a;x/b", "/%61/b", "//a"];

/** The configuration rejects a rule without one of these settings. */
const outcomes = ["allow", "deny", "maxAge", "acr", "preflight"];

/** Every kind of setting of a rule, alone and in combination. */
const anyRule = fc
  .record(
    {
      host: fc.constantFrom("app.example.com", "*.example.com", "app.example.com:8443"),
      path: fc.constantFrom("/a/**", "/a", "/*"),
      methods: fc.constantFrom(["GET"], ["OPTIONS", "POST"]),
      provider: fc.constantFrom("google", "partner"),
      query: fc.constantFrom("open"),
      ip: fc.constantFrom("203.0.113.0/24"),
      preflight: fc.constant("allow"),
      maxAge: fc.constantFrom("1m", "1h"),
      acr: fc.constantFrom("strong"),
    },
    { requiredKeys: [] },
  )
  .chain((conditions) =>
    fc
      .constantFrom<object>(
        {},
        { allow: "public" },
        { allow: "signed-in" },
        { allow: { groups: ["staff"] } },
        { allow: { claims: { level: [3] } } },
        { deny: true },
      )
      .map((outcome) => settled({ ...conditions, ...outcome })),
  )
  .filter((raw) => outcomes.some((name) => name in raw));

/** Also rules that `anyRule` rarely generates, and that the memo must not affect. */
const rule = fc.oneof(
  { weight: 3, arbitrary: anyRule },
  { weight: 1, arbitrary: fc.constant({ preflight: "allow", allow: { groups: ["staff"] } }) },
  { weight: 1, arbitrary: fc.constant({ path: "/a/**", allow: "public" }) },
  { weight: 1, arbitrary: fc.constant({ maxAge: "1h", allow: "signed-in" }) },
);

/** Drops the settings that the configuration rejects next to this outcome. */
function settled(raw: Record<string, unknown>): Record<string, unknown> {
  const { maxAge: _, acr: __, preflight: ___, ...rest } = raw;
  return raw.allow === "public" || raw.deny === true ? rest : raw;
}

const person = fc.constantFrom(
  { subject: "ada", groups: ["staff"], provider: "google", claims: { acr: "strong", level: 3 } },
  { subject: "bob", groups: [], provider: "partner", claims: { acr: "weak" } },
  { subject: "cyd", groups: ["staff"], provider: "partner", claims: {} },
);

const anyRequest = fc.record({
  who: fc.nat({ max: 2 }),
  host: fc.constantFrom(...hosts, "app.example.com:8443"),
  path: fc.constantFrom(...paths),
  search: fc.constantFrom("", "?open=1"),
  method: fc.constantFrom("GET", "OPTIONS", "POST", "get", "OPTIONS"),
  isPreflight: fc.boolean(),
  address: fc.constantFrom("203.0.113.7", "198.51.100.7"),
  query: fc.constantFrom("", "", "allowed_groups=staff", "allowed_groups="),
  laterMs: fc.constantFrom(0, 500, 40_000, 1_800_000),
});

type RequestShape = ReturnType<typeof anyRequest.generate>["value"];

async function openVerify(rules: readonly object[], people: readonly object[]) {
  const clock = { now: begun };
  const now = () => clock.now;
  const config = configOf({
    sites: [
      { url: "https://auth.example.com", cookie: { domain: "example.com" } },
      { url: "https://auth.example.org", cookie: { domain: "example.org" } },
    ],
    providers: { google: { clientId: "x" }, partner: { type: "google", clientId: "y" } },
    access: { groups: ["staff"] },
    headers: { "X-User": "subject", "X-Token": "accessToken" },
    trustedProxies: ["127.0.0.1"],
    rules,
  });
  const store = await openStore(config.storage);
  const open = () => {
    const shown = ({ accessToken }: Tokens) => ({ accessToken, idToken: undefined });
    const sessions = openSessions({ store, now, shown });
    const log = pino({ enabled: false });
    const context = createAppContext(config, { sessions, log, now });
    return { sessions, context, verify: createVerify(context) };
  };
  const { sessions, context, verify } = open();
  const [site, other] = context.sites.map(({ first }) => first) as [Site, Site];
  const signedIn = people.map(async (who) => {
    const identity = { ...who, claims: { auth_time: begun / 1000, ...Object(who).claims } };
    const started = [site, other].map((one) => {
      const tokens = { ...noTokens, accessToken: "t" };
      return sessions.start({ ...newSession(one, identity), tokens });
    });
    return Promise.all(started);
  });
  const tokens = await Promise.all(signedIn);
  const sessionCookie = ({ who, host }: RequestShape) => {
    const [own, place] = host.endsWith(".org") ? [other, 1] : [site, 0];
    return `${own.sessionCookieName}=${tokens[who]?.[place]}`;
  };
  const verifyRequest = (request: RequestShape) => ({
    method: "GET",
    query: request.query,
    rawHeaders: [
      ["X-Original-URL", `https://${request.host}${request.path}${request.search}`],
      ["X-Original-Method", request.method],
      ["X-Forwarded-For", request.address],
      ["Cookie", sessionCookie(request)],
      ...(request.isPreflight
        ? [
            ["Origin", "https://a.example"],
            ["Access-Control-Request-Method", "PUT"],
          ]
        : []),
    ].flat(),
    peer: "127.0.0.1",
  });
  return {
    clock,
    warm: async (request: RequestShape) => summaryOf(await verify(verifyRequest(request))),
    /** A `/verify` with an empty memo. */
    cold: async (request: RequestShape) => summaryOf(await open().verify(verifyRequest(request))),
  };
}

function summaryOf({ status, head }: { status: number; head: string }): string {
  const [, user = "", token = ""] = /X-User: (.*)\r\nX-Token: (.*)/.exec(head) ?? [];
  return `${status} ${user} ${token}`;
}

describe("the memo of allowed sessions", () => {
  // 120 random policies, each with its own store and sessions: a busy machine takes minutes for them.
  it("never changes a response", async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(rule, { maxLength: 4 }),
        fc.tuple(person, person, person),
        fc.array(anyRequest, { minLength: 8, maxLength: 24 }),
        async (rules, people, requests) => {
          const service = await openVerify(rules, people);

          for (const request of [...requests, ...requests]) {
            service.clock.now += request.laterMs;
            const warm = await service.warm(request);
            seen.set(warm, (seen.get(warm) ?? 0) + 1);
            expect(warm).toBe(await service.cold(request));
          }
        },
      ),
      { numRuns: 120 },
    );

    // Otherwise too few kinds of responses were compared.
    for (const kind of ["200 ada t", "200 ada ", "200  ", "401  ", "403  "])
      expect(seen.get(kind)).toBeGreaterThan(5);
  }, 180_000);

  it("keeps the sites apart for the same token", async () => {
    const config = configOf({
      sites: ["com", "org"].map((end) => ({
        url: `https://auth.example.${end}`,
        cookie: { domain: `example.${end}` },
        access: { subjects: [end === "com" ? "robot" : "other"] },
      })),
      providers: { google: { clientId: "x" } },
      rules: [{ bearer: true }],
    });
    const store = await openStore(config.storage);
    const { identity } = newSession({ url: new URL("https://a.example") }, { subject: "robot" });
    const robot = new Session({
      identity,
      accessToken: "t",
      idToken: undefined,
      createdAt: 0,
      expiresAt: 0,
    });
    const log = pino({ enabled: false });
    const sessions = openSessions({ store });
    const authenticateCredentials = () => ({ session: robot });
    const context = createAppContext(config, {
      sessions,
      authenticateCredentials,
      log,
      now: Date.now,
    });
    const verify = createVerify(context);
    const ask = async (host: string) => {
      const headers = { "X-Original-URL": `https://${host}/`, "X-Original-Method": "GET" };
      const rawHeaders = Object.entries({ ...headers, Authorization: "Bearer t" }).flat();
      return (await verify({ method: "GET", query: "", rawHeaders, peer: "127.0.0.1" })).status;
    };

    const statuses = [await ask("app.example.com"), await ask("app.example.org")];

    expect(statuses).toEqual([200, 403]);
  });
});
