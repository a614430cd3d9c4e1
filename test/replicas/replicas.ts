import { answered } from "../peers/answered.ts";
import { Browser, send, type HttpResponse } from "../peers/browser.ts";
import { testSecret } from "../peers/doorward.ts";
import { startHostileIssuer, type HostileIssuer } from "../peers/hostile-issuer.ts";
import { expectNoSecrets } from "../peers/no-secrets.ts";
import { movable, moveClock } from "../peers/move-clock.ts";
import { startProcess, type DoorwardProcess } from "../peers/process.ts";
import { until } from "../peers/until.ts";
import { startRedis, type RedisServer } from "../peers/redis.ts";
import { client, forwarded } from "../peers/sign-in-door.ts";

/** The public URL of all replicas, as behind a load balancer. */
export const site = "http://localhost:8080/_auth";

export interface Replicas {
  readonly issuer: HostileIssuer;
  readonly redis: RedisServer;
  readonly processes: readonly DoorwardProcess[];
  /** A browser whose requests go to this replica. */
  browserAt(replica: number): Browser;
  /** Signs Ada in at a replica, and returns the `Cookie` header. */
  signedIn(replica?: number): Promise<string>;
  /** The response of a replica to this endpoint path. */
  ask(replica: number, path: string, headers: Record<string, string>): Promise<HttpResponse>;
  /** The response of a replica's /verify to this `Cookie` header. */
  verify(replica: number, cookie: string): Promise<HttpResponse>;
  /** The status of that response, asked again after a 503. */
  statusOf(replica: number, cookie: string): Promise<number>;
  /** Signs out at a replica; resolves when it has ended the session. */
  signOut(replica: number, cookie: string): Promise<void>;
  /** Moves the clocks of all replicas a minute ahead. */
  moveClocks(): Promise<void>;
  /**
   * Milliseconds until the start of the last request that any replica accepts. Resolves once every replica has
   * rejected one.
   */
  passing(cookie: string): Promise<number>;
  close(): Promise<void>;
}

/** Starts real processes that share one real Redis. `settings` override the defaults. */
export async function startReplicas(
  count: number,
  settings: Record<string, unknown> = {},
): Promise<Replicas> {
  const [issuer, redis] = await Promise.all([startHostileIssuer(), startRedis()]);
  const configuration = (port: number) => ({
    url: site,
    secret: testSecret,
    replicas: true,
    storage: { driver: "redis", url: redis.url },
    providers: { company: { type: "oidc", issuer: issuer.issuer, ...client } },
    access: { anyone: true },
    listen: { host: "127.0.0.1", port },
    ...settings,
  });
  const processes = await Promise.all(
    Array.from({ length: count }, () => startProcess(configuration, movable)),
  );
  const browsers: Browser[] = [];
  const { host, pathname, origin } = new URL(String(settings.url ?? site));
  const replicas: Replicas = {
    issuer,
    redis,
    processes,
    browserAt(replica) {
      const browser = new Browser(new Map([[host, processes[replica % count]?.port ?? 0]]));
      browsers.push(browser);
      return browser;
    },
    async signedIn(replica = 0) {
      let cookie = "";
      // Repeated, because a sign-in fails while Redis or the machine stalls for longer than doorward waits.
      await until(async () => {
        const browser = replicas.browserAt(replica);
        const start = await browser.open(`${site}/start`, 0);
        if (start.status !== 302) return false;
        const { status } = await browser.ask(issuer.consent(String(start.headers.location)));
        cookie = await browser.jar.getCookieString(site);
        return status === 302;
      });
      return cookie;
    },
    ask(replica, path, headers) {
      const { port = 0 } = processes[replica % count] ?? {};
      const address = `http://127.0.0.1:${port}${pathname}${path}`;
      return send(address, new Map(), { headers: { Host: host, ...headers } });
    },
    verify: (replica, cookie) =>
      replicas.ask(replica, "/verify", { ...forwarded(`${origin}/`), Cookie: cookie }),
    statusOf: async (replica, cookie) =>
      (await answered(() => replicas.verify(replica, cookie))).status,
    signOut: (replica, Cookie) =>
      until(async () => (await replicas.ask(replica, "/sign_out", { Cookie })).status < 500),
    moveClocks: async () => void (await Promise.all(processes.map(moveClock))),
    async passing(cookie) {
      const ended = performance.now();
      const lasts = processes.map(async (_, replica) => {
        for (let last = 0; ;) {
          const begun = performance.now() - ended;
          const status = await replicas.statusOf(replica, cookie);
          if (status !== 200) return last;
          last = begun;
        }
      });
      return Math.max(...(await Promise.all(lasts)));
    },
    async close() {
      await Promise.all(processes.map((one) => one.close()));
      await Promise.all([issuer.close(), redis.close()]);
      const given = browsers.flatMap((browser) => Array.from(browser.given));
      const secrets = [...issuer.secrets, ...given, client.clientSecret, testSecret];
      for (const one of processes) expectNoSecrets(one.stdout(), secrets);
    },
  };
  return replicas;
}
