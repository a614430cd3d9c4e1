import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startIssuer } from "../../demo/issuer.ts";
import { createApp } from "../../server/app/app.ts";
import { configureCounts } from "../../server/observe/counts.ts";
import { writeMetrics } from "../../server/observe/metrics.ts";
import { createToken } from "../../server/session/token.ts";
import { proxyFiles } from "../../server/tools/proxy-files.ts";
import { Browser, navigation, send } from "../peers/browser.ts";
import { configOf } from "../peers/doorward.ts";
import { startEchoApp } from "../peers/echo-app.ts";
import { countsIn, increases } from "../peers/metrics.ts";
import { openGate } from "./gate.ts";
import { appUrl, variants, type Variant } from "./stand.ts";

const client = { clientId: "door", clientSecret: "a secret of the door" };
const accounts = ["ada", "bob"].map((id) => ({
  id,
  claims: { email: `${id}@example.com`, email_verified: true },
}));

/** The newest of each of these proxies, with doorward on its own host. */
const measured = new Map(
  variants
    .filter(({ name, proxy }) => name.endsWith("own host") && /nginx|caddy|traefik/.test(proxy))
    .map((variant) => [variant.proxy, variant]),
);

/** The proxy, doorward, an issuer and the app, with a clock and a store that the test controls. */
async function openWorld(variant: Variant) {
  const { site, hosts, cookie, cookieName } = variant;
  const base = join(await mkdtemp(join(tmpdir(), "doorward-metrics-")), "data");
  const issuer = await startIssuer({ accounts, ...client, redirectUris: [`${site}/callback`] });
  const clock = { now: Date.now() };
  const config = configOf({
    url: site,
    cookie,
    providers: { company: { type: "oidc", issuer: issuer.issuer, ...client } },
    access: { emails: ["ada@example.com"] },
    rules: [{ host: "app.example.com", path: "/closed/**", deny: true }],
    session: { refresh: "1m" },
    storage: { driver: "fs-lite", base },
  });
  const log = pino({ level: "silent" });
  const doorward = await createApp(config, { log, now: () => clock.now });
  configureCounts(doorward.counts, doorward.names);
  const gate = await openGate(doorward.listener);
  const echo = await startEchoApp();
  const { files } = proxyFiles(config, variant.proxy);
  const proxy = await variant.start({ files, hosts, doorwardPort: gate.port, appPort: echo.port });
  const ports = new Map(hosts.map((host) => [`${host}:443`, proxy.https]));
  return {
    clock,
    browser: new Browser(ports),
    newBrowser: () => new Browser(ports),
    /** The question of a proxy, without the proxy. */
    question: (headers: Record<string, string>) =>
      send(`http://127.0.0.1:${gate.port}/verify`, new Map(), { headers }),
    unknownSession: () => ({ Cookie: `${cookieName}=${createToken()}` }),
    async breakStore() {
      await rm(base, { recursive: true });
      await writeFile(base, "a file where the folder was");
    },
    counts: async () => countsIn(await writeMetrics(doorward.counts)),
    async close() {
      await proxy.stop();
      await Promise.all([gate.shut(), echo.close(), issuer.close()]);
      await doorward.close();
      await rm(join(base, ".."), { recursive: true });
    },
  };
}

type World = Awaited<ReturnType<typeof openWorld>>;

const start = (browser: Browser, rd: string) =>
  browser.ask(`https://auth.example.com/start?rd=${encodeURIComponent(rd)}`, {
    headers: navigation,
  });

/** The journey: what happens, and the counts that it increases. */
const steps: readonly [
  name: string,
  act: (world: World) => Promise<unknown>,
  expected: Record<string, number>,
][] = [
  [
    "a program without a session",
    ({ browser }) => browser.ask(`${appUrl}/api`),
    { "decisions challenge access": 1, "challenges{kind=unauthorized}": 1 },
  ],
  [
    "a page without a session, and the sign-in",
    ({ browser }) => browser.signIn(`${appUrl}/`, "ada"),
    {
      "decisions challenge access": 1,
      "challenges{kind=redirect}": 1,
      "sign_in_starts{provider=company,result=started}": 1,
      "sign_ins{provider=company,result=signed_in}": 1,
      "sessions_opened{provider=company}": 1,
      "decisions allow access": 1,
      "session_cache_reads{result=hit}": 1,
    },
  ],
  [
    "two requests with the session",
    async ({ browser }) => {
      await browser.ask(`${appUrl}/one`);
      await browser.ask(`${appUrl}/two`);
    },
    { "decisions allow access": 2, "session_cache_reads{result=hit}": 2 },
  ],
  [
    "a request that a rule denies",
    ({ browser }) => browser.ask(`${appUrl}/closed/x`),
    { "decisions deny rules.0": 1, "session_cache_reads{result=hit}": 1 },
  ],
  [
    "a request after `refresh`",
    async ({ browser, clock }) => {
      clock.now += 2 * 60_000;
      await browser.ask(`${appUrl}/later`);
    },
    {
      "decisions allow access": 1,
      "session_cache_reads{result=hit}": 1,
      "refreshes{provider=company,result=refreshed}": 1,
    },
  ],
  [
    "a sign-out",
    ({ browser }) => browser.open("https://auth.example.com/sign_out"),
    { "sign_outs{by=visitor}": 1, "sessions_ended{cause=signed_out}": 1 },
  ],
  [
    "a sign-in of someone without access",
    ({ newBrowser }) => newBrowser().signIn(`${appUrl}/`, "bob"),
    {
      "decisions challenge access": 1,
      "challenges{kind=redirect}": 1,
      "sign_in_starts{provider=company,result=started}": 1,
      "sign_ins{provider=company,result=denied}": 1,
    },
  ],
  [
    "a callback that this browser did not start",
    ({ newBrowser }) =>
      newBrowser().ask("https://auth.example.com/callback?state=x&code=y", { headers: navigation }),
    { "sign_ins{provider=none,result=transaction_missing}": 1 },
  ],
  [
    "the third sign-in for one page within a minute",
    async ({ newBrowser }) => {
      const browser = newBrowser();
      for (let index = 0; index < 3; index++) await start(browser, `${appUrl}/x`);
    },
    {
      "sign_in_starts{provider=company,result=started}": 2,
      "sign_in_loops{cause=no_cookie}": 1,
    },
  ],
  [
    "a question without the headers of a proxy",
    ({ question }) => question({}),
    { "decisions refused none": 1, "refusals{reason=malformed}": 1 },
  ],
  [
    "a question about a host that no site covers",
    ({ question }) =>
      question({
        "X-Forwarded-Method": "GET",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "made-up.example",
        "X-Forwarded-Uri": "/",
      }),
    { "decisions deny none": 1, "refusals{reason=unknown_host}": 1 },
  ],
  [
    "a session cookie that needs the store while it is down",
    async ({ browser, breakStore, unknownSession }) => {
      await breakStore();
      await browser.ask(`${appUrl}/api`, { headers: unknownSession() });
    },
    {
      "decisions unavailable none": 1,
      "refusals{reason=store_unreachable}": 1,
      "session_cache_reads{result=miss}": 1,
    },
  ],
];

/** nginx asks a second time for the page of a denial: its session is read again, and nothing else is counted. */
function readTwice({ proxy }: Variant, expected: Record<string, number>): Record<string, number> {
  const isTwice = proxy === "nginx" && "decisions deny rules.0" in expected;
  return isTwice ? { ...expected, "session_cache_reads{result=hit}": 2 } : expected;
}

/** Short names: the table holds for every dialect and site. */
function shortened(found: Record<string, number>): Record<string, number> {
  const short: Record<string, number> = {};
  for (const [name, increase] of Object.entries(found)) {
    if (name.includes("_duration_seconds")) continue;
    const [, outcome, , rule] =
      /decisions_total\{outcome=(\w+),site=(\S+),rule=(\S+),dialect=\S+\}/.exec(name) ?? [];
    const own = name.replace("doorward_", "").replace("_total", "");
    const key = outcome === undefined ? own : `decisions ${outcome} ${rule}`;
    short[key] = (short[key] ?? 0) + increase;
  }
  return short;
}

describe.each([...measured.values()])("a journey behind $name", (variant) => {
  let world: World;
  beforeAll(async () => void (world = await openWorld(variant)));
  afterAll(() => world.close());

  it.each(steps)("counts %s", async (_, act, expected) => {
    const before = await world.counts();
    await act(world);

    const found = shortened(increases(before, await world.counts()));
    expect(found).toEqual(readTwice(variant, expected));
  });

  it("has recorded the site, the dialect, and the times of the store and of the issuer", async () => {
    const names = [...(await world.counts()).keys()];
    const dialect = variant.proxy === "nginx" ? "original" : "forwarded";
    const timed = ["discovery", "token", "jwks"].map(
      (operation) =>
        `doorward_issuer_duration_seconds_count{provider=company,operation=${operation},result=ok}`,
    );

    expect(names).toContain(
      `doorward_decisions_total{outcome=allow,site=${variant.site}/,rule=access,dialect=${dialect}}`,
    );
    expect(names).toEqual(expect.arrayContaining(timed));
    expect(names).toContain("doorward_store_duration_seconds_count{operation=get,result=error}");
    expect(names.filter((name) => name.includes("made-up"))).toEqual([]);
  });
});
