import { describe, it, type TestContext } from "vitest";
import { freePort } from "../peers/free-port.ts";
import { until } from "../peers/until.ts";
import { client } from "../peers/sign-in-door.ts";
import { startRefreshingIssuer } from "./refreshing-issuer.ts";
import { site, startReplicas, type Replicas } from "./replicas.ts";

/** Renewals are due when the clocks have moved a minute. */
const session = { refresh: "50s" };
const patience = { timeout: 120_000 };

const revocation = ({ issuer }: Replicas) => ({
  refreshes: true,
  metadata: { revocation_endpoint: `${issuer.issuer}/revoke` },
});

type Finish = TestContext["onTestFinished"];

/** Replicas that have all cached one session. */
async function startWithSession(count: number, finish: Finish) {
  const replicas = await startReplicas(count, { session });
  finish(() => replicas.close());
  replicas.issuer.twist = revocation(replicas);
  const cookie = await replicas.signedIn();
  for (let one = 0; one < count; one++) await replicas.verify(one, cookie);
  return { replicas, issuer: replicas.issuer, cookie };
}

/** Counts the statuses of a hundred concurrent requests, spread over the replicas. */
async function hundred(replicas: Replicas, cookie: string): Promise<Record<number, number>> {
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) => replicas.statusOf(index, cookie)),
  );
  const counts: Record<number, number> = {};
  for (const status of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** Lets the lease of a renewal expire at once; doorward has it expire after ten seconds. */
async function expireLease({ redis }: Replicas): Promise<void> {
  const lease = await redis.cli("--raw", "keys", "doorward:lease:*");
  const leftMs = Number(await redis.cli("pttl", lease));
  if (leftMs <= 0 || leftMs > 10_000) throw new Error(`the lease expires in ${leftMs} ms`);
  await redis.cli("pexpire", lease, "1");
}

// Concurrent, because the tests mostly wait.
describe.concurrent("a session that is due for renewal", patience, () => {
  it.for([1, 3])(
    "serves a hundred concurrent requests at %i replicas with one renewal, with single-use refresh tokens",
    async (count, { expect, onTestFinished: finish }) => {
      const { replicas, issuer, cookie } = await startWithSession(count, finish);
      const seen: unknown[] = [];

      for (let round = 1; round <= 2; round++) {
        await replicas.moveClocks();
        seen.push(await hundred(replicas, cookie), issuer.refreshes());
      }

      expect(seen).toEqual([{ 200: 100 }, 1, { 200: 100 }, 2]);
    },
  );

  it.for([1, 3])(
    "does the same at %i replicas when reuse of a refresh token ends the grant (oidc-provider)",
    async (count, { expect, onTestFinished: finish }) => {
      const port = await freePort();
      let asked = 0;
      const company = { type: "oidc", issuer: `http://127.0.0.1:${port}`, ...client };
      const replicas = await startReplicas(count, { session, providers: { company } });
      finish(() => replicas.close());
      const certified = await startRefreshingIssuer({
        port,
        site,
        before: async ({ url }) => void (asked += Number(url === "/token")),
      });
      finish(() => certified.close());
      const browser = replicas.browserAt(0);
      await browser.signIn(`${site}/start`, "ada");
      const cookie = await browser.jar.getCookieString(site);
      for (let one = 0; one < count; one++) await replicas.verify(one, cookie);
      const signIns = asked;
      const seen: unknown[] = [];

      for (let round = 1; round <= 2; round++) {
        await replicas.moveClocks();
        seen.push(await hundred(replicas, cookie), asked - signIns);
      }

      expect(seen).toEqual([{ 200: 100 }, 1, { 200: 100 }, 2]);
    },
  );

  it("is renewed by another replica when the renewing one is killed (kill -9)", async ({
    expect,
    onTestFinished,
  }) => {
    const { replicas, issuer, cookie } = await startWithSession(3, onTestFinished);
    const [dying] = replicas.processes;
    issuer.twist = {
      refreshes: true,
      reply: {
        "/token": (response) => {
          dying?.signal("SIGKILL");
          issuer.twist = { refreshes: true };
          response.destroy();
        },
      },
    };
    await replicas.moveClocks();
    await replicas.verify(0, cookie).catch(() => undefined);
    await expireLease(replicas);
    const seen = new Set<number>();

    await until(async () => {
      for (const one of [1, 2]) seen.add(await replicas.statusOf(one, cookie));
      return issuer.refreshes() === 2;
    });
    for (const one of [1, 2]) seen.add(await replicas.statusOf(one, cookie));

    expect(seen).toEqual(new Set([200]));
    expect(issuer.goodRefreshTokens()).toHaveLength(1);
  });

  it("keeps the renewal of another replica when the first is paused beyond its lease (SIGSTOP)", async ({
    expect,
    onTestFinished,
  }) => {
    const { replicas, issuer, cookie } = await startWithSession(2, onTestFinished);
    const [paused] = replicas.processes;
    const hold = Promise.withResolvers<void>();
    let held = 0;
    issuer.twist = {
      refreshes: true,
      before(path) {
        if (path !== "/token" || held++ > 0) return undefined;
        paused?.signal("SIGSTOP");
        return hold.promise;
      },
    };
    await replicas.moveClocks();
    const late = replicas.verify(0, cookie);
    await until(async () => held > 0);
    await expireLease(replicas);
    const seen = new Set<number>();
    await until(async () => {
      seen.add(await replicas.statusOf(1, cookie));
      return issuer.refreshes() === 2;
    });

    hold.resolve(); // its refresh token has been used by now
    paused?.signal("SIGCONT");
    const { status } = await late; // its connections may have timed out meanwhile
    await replicas.statusOf(0, cookie);
    await replicas.moveClocks();
    for (const one of [0, 1]) seen.add(await replicas.statusOf(one, cookie));

    expect([200, 503]).toContain(status);
    expect(seen).toEqual(new Set([200]));
    expect(issuer.goodRefreshTokens()).toHaveLength(1);
  });

  it("is renewed by one replica only, however slow the issuer, because the lease is extended", async ({
    expect,
    onTestFinished,
  }) => {
    const { replicas, issuer, cookie } = await startWithSession(2, onTestFinished);
    const asked = Promise.withResolvers<void>();
    const hold = Promise.withResolvers<void>();
    issuer.twist = {
      refreshes: true,
      before(path) {
        if (path !== "/token") return undefined;
        asked.resolve();
        return hold.promise;
      },
    };
    await replicas.moveClocks();
    const waiting = [replicas.statusOf(0, cookie), replicas.statusOf(1, cookie)];
    await asked.promise;
    const { redis } = replicas;
    const lease = await redis.cli("--raw", "keys", "doorward:lease:*");
    const left = async () => Number(await redis.cli("pttl", lease));

    let last = await left();
    await until(async () => {
      const before = last;
      last = await left();
      return last > before;
    });
    const during = issuer.refreshes();
    hold.resolve();
    const statuses = await Promise.all(waiting);

    expect(lease).not.toBe("");
    expect([during, issuer.refreshes()]).toEqual([1, 1]);
    expect(statuses).toEqual([200, 200]);
  });

  it("ends on all replicas when one signs it out during another's renewal", async ({
    expect,
    onTestFinished,
  }) => {
    const { replicas, issuer, cookie } = await startWithSession(3, onTestFinished);
    issuer.twist = {
      ...revocation(replicas),
      async before(path) {
        if (path !== "/token") return;
        issuer.twist = revocation(replicas);
        await replicas.signOut(1, cookie);
      },
    };
    await replicas.moveClocks();

    await replicas.verify(0, cookie);
    const after = await Promise.all([0, 1, 2].map((one) => replicas.statusOf(one, cookie)));

    expect(after).toEqual([302, 302, 302]);
    await expect.poll(() => issuer.goodRefreshTokens()).toEqual([]);
    const left = await replicas.redis.cli("--raw", "keys", "doorward:session:*");
    expect(left).toBe("");
  });
});
