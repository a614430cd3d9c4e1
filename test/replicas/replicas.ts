import { Browser, send, type Answer } from "../peers/browser.ts";
import { testSecret } from "../peers/doorward.ts";
import { startHostileIssuer, type HostileIssuer } from "../peers/hostile-issuer.ts";
import { startProcess, type DoorwardProcess } from "../peers/process.ts";
import { startRedis, type RedisServer } from "../peers/redis.ts";
import { client, forwarded } from "../peers/sign-in-door.ts";

/** The address of all of them together, as a load balancer gives it. */
export const site = "http://localhost:8080/_auth";

export interface Replicas {
  readonly issuer: HostileIssuer;
  readonly redis: RedisServer;
  readonly processes: readonly DoorwardProcess[];
  /** A browser that the load balancer takes to this replica. */
  browserAt(replica: number): Browser;
  /** Signs Ada in at one of them, and gives the `Cookie` header. */
  signedIn(replica?: number): Promise<string>;
  /** What one of them says of a request with that `Cookie` header. */
  verify(replica: number, cookie: string): Promise<Answer>;
  signOut(replica: number, cookie: string): Promise<Answer>;
  close(): Promise<void>;
}

/** Several real processes that share one real Redis. */
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
    Array.from({ length: count }, () => startProcess(configuration)),
  );
  const addressOf = (replica: number, path: string) => {
    const { port = 0 } = processes[replica % count] ?? {};
    return `http://127.0.0.1:${port}/_auth${path}`;
  };
  const replicas: Replicas = {
    issuer,
    redis,
    processes,
    browserAt: (replica) =>
      new Browser(new Map([[new URL(site).host, processes[replica % count]?.port ?? 0]])),
    async signedIn(replica = 0) {
      const browser = replicas.browserAt(replica);
      const start = await browser.open(`${site}/start`, 0);
      await browser.ask(issuer.consent(String(start.headers.location)));
      return browser.jar.getCookieString(site);
    },
    verify: (replica, cookie) =>
      send(addressOf(replica, "/verify"), new Map(), {
        headers: { ...forwarded(site), Cookie: cookie },
      }),
    signOut: (replica, cookie) =>
      send(addressOf(replica, "/sign_out"), new Map(), { headers: { Cookie: cookie } }),
    async close() {
      await Promise.all(processes.map((one) => one.close()));
      await Promise.all([issuer.close(), redis.close()]);
    },
  };
  return replicas;
}
