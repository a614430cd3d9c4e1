import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import {
  Agent,
  createServer,
  request,
  type IncomingMessage,
  type RequestListener,
} from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { createApp, type App } from "../../server/app/app.ts";
import type { SiteEntry } from "../../server/config/site.ts";
import { createSites } from "../../server/config/sites.ts";
import { navigation } from "./browser.ts";
import { configOf } from "./doorward.ts";
import { createFaultIssuer, issuer as issuerUrl } from "./fault-issuer.ts";
import type { Call } from "./fault-modes.ts";
import { faultRules } from "./fault-rules.ts";
import type { Scenario, World } from "./fault-states.ts";
import {
  createFaultRun,
  inFaultRun,
  observed,
  observeMethods,
  outsideFaultRun,
  type FaultRun,
} from "./faults.ts";
import { openSessions } from "./sessions.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** The answers of one doorward to the request of a scenario. */
export interface Outcome {
  /** The answer during the fault. */
  readonly answer: Answer;
  /** The answer to the same request half a minute later, when nothing fails. */
  readonly afterwards: Answer;
  readonly calls: readonly Call[];
  readonly hit: string | undefined;
}

/** One HTTP server for any number of doorwards. */
export interface FaultStand {
  run(scenario: Scenario, fault?: FaultRun["fault"]): Promise<Outcome>;
  close(): Promise<void>;
}

/** Longer than every pause that doorward makes after a failure of an issuer or a token. */
const recoveryMs = 35_000;

/** An answer takes at most this long: the time limits of doorward are shorter, and the machine may be busy. */
const longestMs = 20_000;

/** Hashes of "the right password". */
const users = `nightly:$2b$04$R3GEtc/XPmNWq1H3W7PRzuWef5pxx7Jp5Nd8Dqfr1LyX43yT91HXm
weekly:$argon2id$v=19$m=8,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$nlMAn6ZRPIPdeelDtTtaPj6koGcENyASlDBN1F2Yb8M
`;

export async function openFaultStand(): Promise<FaultStand> {
  const folder = await mkdtemp(join(tmpdir(), "doorward-test-"));
  const usersFile = join(folder, "users");
  await writeFile(usersFile, users);
  const listeners = new Map<string, RequestListener>();
  const server = createServer((incoming, response) =>
    listeners.get(String(incoming.headers["x-run"]))?.(incoming, response),
  );
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });
  const configs = new Map<Scenario, ReturnType<typeof configOf>>();
  let made = 0;

  return {
    async run(scenario, fault) {
      const config = configs.get(scenario) ?? configOf(settingsOf(scenario, usersFile));
      configs.set(scenario, config);
      const run = createFaultRun(scenario.isStoreDown, fault);
      const clock = { now: Date.now() };
      const issuer = createFaultIssuer();
      const app = await createApp(config, surroundings(clock, issuer.fetch));
      const [{ first: site }] = createSites(config) as [SiteEntry];
      const id = String(++made);
      listeners.set(id, (...exchange) => inFaultRun(run, () => app.listener(...exchange)));
      const ask = (headers: Readonly<Record<string, string>>) =>
        send(agent, port, scenario, { ...headers, "x-run": id });
      const headers = await scenario.prepare?.({
        site,
        clock,
        issuer,
        sessions: sessionsOf(app, clock),
        ask,
        cookie: (token) => ({ Cookie: `${site.sessionCookieName}=${token}` }),
      });
      try {
        run.isOpen = true;
        const answer = await ask(headers ?? {});
        await settle();
        run.isOpen = false;
        clock.now += recoveryMs;
        const afterwards = await ask(headers ?? {});
        return { answer, afterwards, calls: run.calls, hit: run.hit };
      } finally {
        listeners.delete(id);
        void app.close();
      }
    },
    async close() {
      agent.destroy();
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true });
    },
  };
}

function settingsOf({ settings }: Scenario, usersFile: string): Record<string, unknown> {
  const company = { type: "oidc", issuer: issuerUrl, clientId: "door", clientSecret: "a secret" };
  return {
    url: "https://auth.example.com",
    cookie: { domain: "example.com" },
    providers: { company },
    access: { domains: ["example.com"] },
    rules: faultRules,
    users: usersFile,
    ...settings,
  };
}

const silent = pino({ enabled: false });
const log = observeMethods("log", silent, ["debug", "info", "warn", "error"]);

function surroundings(clock: { now: number }, fetch: typeof globalThis.fetch) {
  return {
    log,
    now: observed("clock", () => clock.now),
    fetch: observed("fetch", (...args: Parameters<typeof fetch>) =>
      outsideFaultRun(() => fetch(...args)),
    ),
  };
}

function sessionsOf({ store, parties }: App, clock: { now: number }): World["sessions"] {
  return openSessions({ store, parties, now: () => clock.now });
}

/** Lets the work in the background finish: all of it is in this process. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
}

async function send(
  agent: Agent,
  port: number,
  { host = "app", uri = "/", endpoint = "/verify", headers }: Scenario,
  added: Readonly<Record<string, string>>,
): Promise<Answer> {
  const all = {
    Host: "auth.example.com",
    "X-Forwarded-Method": "GET",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": `${host}.example.com`,
    "X-Forwarded-Uri": uri,
    ...navigation,
    ...headers,
    ...added,
  };
  const written = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ""));
  const target = { agent, port, host: "127.0.0.1", path: endpoint, headers: written };
  const sent = request({ ...target, signal: AbortSignal.timeout(longestMs) });
  const responded = once(sent, "response") as Promise<[IncomingMessage]>;
  sent.end();
  const [response] = await responded;
  let body = "";
  for await (const chunk of response.setEncoding("latin1")) body += String(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}
