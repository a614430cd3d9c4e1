import { once } from "node:events";
import { empty } from "../http/response.ts";
import { createApp, type App } from "../app/app.ts";
import { Changes } from "../config/changes.ts";
import { filesOf, loadConfig, type Source } from "../config/load.ts";
import { lazyListener } from "../http/lazy-listener.ts";
import { reasonsOf, type Log } from "../observe/log.ts";
import { Listeners } from "./listeners.ts";
import { AppSwitch } from "./app-switch.ts";
import { Reloader, type Made } from "./reload.ts";
import { send } from "../http/send.ts";

export interface Running {
  /** Takes the configuration as it is now, or keeps the one before and says why. */
  reload(): Promise<void>;
  /** Stops accepting, lets what is under way finish, and closes the rest after nine seconds. */
  stop(): Promise<void>;
}

/** The service on exactly the hosts and ports asked for, or an error that names the one that is not to be had. */
export async function serve(source: Source, log: Log): Promise<Running> {
  const changes = new Changes(filesOf(source));
  const make = async (before?: App): Promise<Made> => {
    await changes.mark();
    const config = loadConfig(source);
    return { config, app: await createApp(config, { log }, before) };
  };
  const { config, app } = await make();
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
  const reloader = new Reloader({ make, changes, appSwitch, listeners, log });
  void reloader.watch();
  return {
    reload: () => reloader.reload(),
    async stop() {
      await reloader.stop();
      await listeners.close();
      await appSwitch.close();
      log.info("stopped");
    },
  };
}

/** Runs until the first SIGTERM or SIGINT; a second one does not wait. */
export async function serveUntilSignal(source: Source, log: Log): Promise<void> {
  // Before anybody can know that we listen, or a signal right then would find nobody waiting for it.
  const ended = Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]);
  let running: Running | undefined;
  process.on("SIGHUP", () => void running?.reload());
  running = await serve(source, log);
  await ended;
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => process.exit(1));
  await running.stop();
}
