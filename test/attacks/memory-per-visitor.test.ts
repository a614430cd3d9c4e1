import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { oidc } from "../../providers/oidc.ts";
import { createAppContext } from "../../server/app/app.ts";
import { createSiteFinder } from "../../server/config/site-finder.ts";
import { createSites } from "../../server/config/sites.ts";
import { createSite } from "../../server/config/site.ts";
import { tokenIn } from "../../server/credentials/authorization.ts";
import { RightBefore } from "../../server/credentials/right-before.ts";
import { FailedTries } from "../../server/credentials/failed-tries.ts";
import { createTokenSource } from "../../server/credentials/token-source.ts";
import { forwardedRequest } from "../../server/forwarded/forwarded-request.ts";
import { createAddressRanges, visitorAddress } from "../../server/http/address-ranges.ts";
import { readPath } from "../../server/policy/path-readings.ts";
import { indexByHost } from "../../server/policy/rule-index.ts";
import { compileRules } from "../../server/policy/rules.ts";
import { LocalClaims } from "../../server/store/local-claims.ts";
import { createVerify } from "../../server/verify/verify.ts";
import { capturingLog } from "../peers/capturing-log.ts";
import { configOf } from "../peers/doorward.ts";
import { openSessions } from "../peers/sessions.ts";
import { openStore } from "../../server/store/open-store.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/**
 * A number of values that is no multiple of 1,000 or 10,000: a cache that is emptied when it has so many would be seen
 * just after that.
 */
const mostSent = 18_500;

/** The bytes that the heap has gained, after a collection, when every value has been sent. */
async function retained(count: number, send: (index: number) => unknown): Promise<number> {
  for (let index = 0; index < 10; index++) await send(count + index);
  const before = used();
  for (let index = 0; index < count; index++) await send(index);
  return used() - before;
}

/** With the long strings that V8 keeps outside of its heap. */
function used(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const mebibyte = 1024 * 1024;

/** Half of the rules are for any host, the others for one host each. */
const rules = Array.from({ length: 200 }, (_, index) => {
  if (index % 4 === 0) return { path: `/area-${index}/**`, allow: { groups: [`ops-${index}`] } };
  if (index % 4 === 2) return { ip: `203.0.113.${index}`, allow: "signed-in" };
  return { host: `app-${index}.example.com`, allow: "signed-in" };
});
const wildcard = { host: "*.wild.example.com", allow: "signed-in" };
const config = configOf({
  url: "https://auth.example.com",
  cookie: { domain: "example.com" },
  providers: { google: { clientId: "x" } },
  access: { anyone: true },
  trustedProxies: ["127.0.0.1"],
  rules: [...rules, wildcard],
});
const padding = "x".repeat(50_000);

const asked = "X-Forwarded-Method GET X-Forwarded-Proto https X-Forwarded-Uri /area-2/x".split(" ");

async function openVerify(changed: Partial<typeof config> = {}) {
  const { log } = capturingLog();
  const store = await openStore(config.storage);
  const silent = { ...log, info: () => {}, warn: () => {}, error: () => {} } as typeof log;
  const sessions = openSessions({ store, log: silent });
  const context = createAppContext(
    { ...config, ...changed },
    { sessions, log: silent, now: Date.now },
  );
  const verify = createVerify(context);
  return (host: string, ...headers: string[]) =>
    verify({
      method: "GET",
      query: "",
      uri: undefined,
      peer: "127.0.0.1",
      rawHeaders: [...asked, "X-Forwarded-Host", host, ...headers],
    });
}

describe("what a visitor makes up is not kept by", () => {
  const long = "a.".repeat(110);

  it.each<[string, (index: number) => string]>([
    ["a port of a host that a rule names", (index) => `app-1.example.com:${index + 1}`],
    ["a port of any host", (index) => `app.example.com:${index + 1}`],
    ["a host below a wildcard", (index) => `h${index}.wild.example.com:${index + 1}`],
    ["a long host", (index) => `h${index}.${long}wild.example.com`],
    ["a host in capitals", (index) => `H${index}.Example.com`],
    ["a host of no site", (index) => `h${index}.example.org`],
  ])("/verify: %s", async (_, host) => {
    const ask = await openVerify();

    expect(await retained(mostSent, (index) => ask(host(index)))).toBeLessThan(2 * mebibyte);
  });

  it("/verify: a host of a site with `hosts`", async () => {
    const ask = await openVerify({ url: "https://{host}/_auth", hosts: ["example.com"] });
    const host = (index: number) => `h${index}.${long}example.com`;

    expect(await retained(mostSent, (index) => ask(host(index)))).toBeLessThan(2 * mebibyte);
    expect(await ask(host(0))).toMatchObject({ status: 401 });
  });

  it("/verify: a session cookie at the host of an app, with `session.perHost`", async () => {
    const url = "https://auth.example.com";
    const ask = await openVerify({ url, cookie: {}, hosts: ["example.com"] });
    const site = createSites({ ...config, url, cookie: {}, hosts: ["example.com"] })[1]?.first;
    const cookie = (index: number) =>
      `${site?.sessionCookieName}=${String(index).padStart(43, "A")}; other=${long}`;

    const kept = await retained(mostSent, (index) =>
      ask("app.example.com", "Cookie", cookie(index)),
    );

    expect(kept).toBeLessThan(2 * mebibyte);
    expect(site?.signInSite?.id).toBe(`${url}/#per-host`);
  });

  it("/verify: an address at the end of a long X-Forwarded-For header", async () => {
    const ask = await openVerify();
    const headers = (index: number) => [
      "X-Forwarded-For",
      `${padding},198.51.${100 + (index >> 8)}.${100 + (index & 127)}`,
    ];

    expect(
      await retained(1_900, (index) => ask("app-1.example.com", ...headers(index))),
    ).toBeLessThan(mebibyte);
  });

  it("the finder of sites, with ten sites", async () => {
    const urls = Array.from({ length: 10 }, (_, index) => `https://site-${index}.example.com`);
    const sites = urls.map((url) =>
      createSite({
        url,
        cookie: { domain: new URL(url).hostname },
        access: undefined,
        providers: undefined,
      }),
    );
    const siteOf = createSiteFinder(sites);

    const kept = await retained(mostSent, (index) => siteOf(`${long}h${index}.site-3.example.com`));

    expect(kept).toBeLessThan(mebibyte);
    expect(siteOf(`${long}site-3.example.com`)).toBe(sites[3]);
  });
});

describe("what is kept of a visitor is no longer than it has to be:", () => {
  it("a failed password's digests, not the name or the header that they came in", async () => {
    const tries = new FailedTries(() => 0);
    const right = new RightBefore();
    const isProxy = createAddressRanges(["127.0.0.1"]);
    const address = (index: number) =>
      visitorAddress(`${padding},198.51.${100 + (index >> 7)}.${100 + (index & 127)}`, isProxy);

    const begin = (index: number) =>
      tries.begin(right.tryOf("", `${padding}${index}`, address(index) ?? ""), false);

    expect(await retained(5_000, begin)).toBeLessThan(4 * mebibyte);
  });

  it("a spent state, not the query that it came in", async () => {
    const claims = new LocalClaims();
    const stateOf = (index: number) =>
      new URL(
        `https://auth.example.com/callback?code=${padding}&state=state${String(index).padStart(17, "0")}`,
      ).searchParams.get("state") ?? "";

    const kept = await retained(2_000, (index) => {
      const state = stateOf(index);
      return claims.claim(`state:${state}`, state, 600_000);
    });

    expect(kept).toBeLessThan(2 * mebibyte);
  });

  it("a refused opaque token, not the header that it came in", async () => {
    const issuer = "https://id.example.com";
    const settings = config.providers.google;
    if (settings === undefined) throw new Error("the configuration has no provider");
    const source = createTokenSource(
      {
        name: issuer,
        issuer,
        clientId: "x",
        audiences: ["x"],
        scopes: [],
        issuers: [issuer],
        idTokenClient: undefined,
        claims: {},
        algorithms: ["RS256"],
        settings,
        provider: oidc,
        keys: () => Promise.reject(new Error("no keys")),
        introspect: async () => ({ active: false }),
      },
      () => 0,
    );

    const kept = await retained(2_000, (index) =>
      source.verify(tokenIn(`Bearer${" ".repeat(15_000)}opaque-token-${index}`) ?? ""),
    );

    expect(kept).toBeLessThan(3 * mebibyte);
    expect(source.recall("opaque-token-5")).toHaveProperty("refused");
  });
});

it("the rules of an invented host cost the same to find with two rules as with two hundred", () => {
  const path = readPath("/other");
  const costOf = (all: typeof config.rules) => {
    const rulesOf = indexByHost(compileRules(all));
    const turn = (round: number) => {
      const begun = process.cpuUsage();
      for (let index = 0; index < 20_000; index++) {
        const request = forwardedRequest(
          "GET",
          "https",
          `h${round}-${index}.wild.example.com`,
          "/",
        );
        if ("host" in request) rulesOf(request, path);
      }
      return process.cpuUsage(begun).user;
    };
    return Math.min(...Array.from({ length: 5 }, (_, round) => turn(round)));
  };

  const few = costOf(config.rules.slice(-2));
  const many = costOf(config.rules);

  expect(many / few).toBeLessThan(4);
});
