import { once } from "node:events";
import { empty } from "../http/response.ts";
import { createSites } from "../config/sites.ts";
import { createApp, type App } from "../app/app.ts";
import { summaryOf } from "../app/summary.ts";
import { Changes } from "../config/changes.ts";
import type { Config } from "../config/schema.ts";
import { createForwardProxyOf, forwardProxies } from "../config/forward-proxy.ts";
import { fileWarnings } from "../config/file-warnings.ts";
import { filesOf, loadConfig, type Source } from "../config/load.ts";
import { lazyListener } from "../http/lazy-listener.ts";
import { createAudit } from "../observe/audit.ts";
import { reasonsOf, setLog, type Log } from "../observe/log.ts";
import { limitLog } from "../observe/visitor-log.ts";
import { Listeners } from "./listeners.ts";
import { AppSwitch } from "./app-switch.ts";
import { SecretWatch } from "./secret-watch.ts";
import { openTracer } from "./open-tracer.ts";
import { releaseStartMemory } from "./release-memory.ts";
import { Reloader, type Made } from "./reload.ts";
import { send } from "../http/send.ts";

interface Running {
  /** The addresses of the listener that proxies and browsers use. */
  urls(): Promise<string[]>;
  /** The first site's sign-in. */
  readonly signIn: string | undefined;
  /** What the configuration means. */
  readonly summary: string;
  /** Applies the current configuration, or keeps the previous one and logs why. */
  reload(): Promise<void>;
  /** Stops accepting, lets requests in progress finish, and closes the other connections after nine seconds. */
  stop(): Promise<void>;
}

/** Starts the service on exactly the configured hosts and ports, or throws an error that names the unavailable one. */
export async function serve(source: Source, log: Log): Promise<Running> {
  const changes = new Changes(filesOf(source));
  const proxyOf = createForwardProxyOf(source.environment);
  const traces = await openTracer(source.environment, log);
  const make = async (before?: App): Promise<Made> => {
    await changes.mark();
    const config = loadConfig(source);
    for (const { message, ...place } of fileWarnings(config, source.environment))
      log.warn(place, `a file ${message}`);
    return {
      config,
      app: await createApp(config, { log, proxyOf, tracer: traces?.tracer }, before),
    };
  };
  const { config, app } = await make();
  const onApplied = ({ log: settings }: Config) => setLog(log, settings);
  onApplied(config);
  for (const { variable, shown } of forwardProxies(source.environment))
    log.info({ variable, proxy: shown }, "requests to issuers go through a proxy");
  const summary = summaryOf(config);
  if (!process.stdout.isTTY) log.info({ summary }, "configuration loaded");
  const appSwitch = new AppSwitch(app, log);
  const admin = lazyListener(
    () => import("./admin.ts").then(({ createAdmin }) => createAdmin(() => appSwitch.app, log)),
    (response, error) => {
      log.error({ reason: reasonsOf(error) }, "unexpected failure");
      send(response, empty(500));
    },
  );
  const listeners = new Listeners({ listen: appSwitch.listener, admin }, log);
  try {
    await listeners.rebind(config);
  } catch (error) {
    await appSwitch.close();
    throw error;
  }
  const audit = createAudit(log, limitLog(log));
  const reloader = new Reloader({ make, changes, appSwitch, listeners, audit, onApplied });
  void reloader.watch();
  releaseStartMemory();
  const secretWatch = new SecretWatch(() => appSwitch.app, log);
  return {
    urls: () => listeners.urls(),
    signIn: createSites(config)[0]?.first.address("start"),
    summary,
    reload: () => reloader.reload(),
    async stop() {
      await reloader.stop();
      // While the last requests finish, so that only their own spans are left for the end.
      void traces?.flush();
      await listeners.close();
      await secretWatch.stop();
      await appSwitch.close();
      await traces?.close();
      log.info("stopped");
    },
  };
}

interface Options {
  /** Opens the first site's sign-in in this machine's browser. */
  readonly open?: boolean | undefined;
}

/** Runs until the first SIGTERM or SIGINT; a second one does not wait. */
export async function serveUntilSignal(
  source: Source,
  log: Log,
  { open = false }: Options = {},
): Promise<void> {
  // Before another process can know that we listen: a signal right after that must find its handler.
  const ended = Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]);
  let running: Running | undefined;
  process.on("SIGHUP", () => void running?.reload());
  running = await serve(source, log);
  if (process.stdout.isTTY) process.stdout.write(await describe(running));
  if (open) await openSignIn(running, log);
  await ended;
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => process.exit(1));
  await running.stop();
}

/** For a person at a terminal. */
async function describe({ urls, signIn, summary }: Running): Promise<string> {
  const lines = (await urls()).map((url) => `  listening on  ${url}`);
  if (signIn !== undefined) lines.push(`  sign in at    ${signIn}`);
  return `\n${lines.join("\n")}\n\n  ${summary}\n\n`;
}

async function openSignIn({ signIn }: Running, log: Log): Promise<void> {
  if (signIn === undefined) return;
  const { openInBrowser } = await import("./open-in-browser.ts");
  openInBrowser(signIn, (reason) =>
    log.warn({ url: signIn, reason }, "could not open the browser"),
  );
}
