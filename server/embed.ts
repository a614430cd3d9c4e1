import type { RequestListener } from "node:http";
import type { H3 } from "h3";
import manifest from "../package.json" with { type: "json" };
import { createApp } from "./app/app.ts";
import { fileWarnings } from "./config/file-warnings.ts";
import { checkConfig } from "./config/load.ts";
import { createLog, setLog, type Log } from "./observe/log.ts";

export { ConfigError, type Fault } from "./config/faults.ts";

/** The settings of a `doorward.yaml` as an object. `doorward/schema.json` describes them. */
export type Settings = Readonly<Record<string, unknown>>;

export interface EmbedOptions {
  /** A pino log, which keeps its own level. Omitted: lines on stderr as `log` in the settings says. */
  readonly log?: Log;
}

/** The endpoints of every site, for one server. */
export interface Doorward {
  /** For `node:http`. It answers `/verify` without h3, at a fraction of the cost, and never throws. */
  readonly listener: RequestListener;
  /** For servers of h3 2: `mount` it at `""`, because it compares whole paths. */
  readonly app: H3;
  /**
   * Answers one request. A request that did not arrive through Node's HTTP server has no peer address, so `/verify`
   * refuses it.
   */
  fetch(request: Request): Promise<Response>;
  /** Waits for pending writes to the store, then closes it. Close the server first. */
  close(): Promise<void>;
}

/**
 * Creates doorward for a server of yours. Reads the files that the settings name, and no environment variables. Rejects
 * with a `ConfigError` that lists every wrong setting, or with an `Error` if a file or the store cannot be opened, or if
 * this Node is too old.
 */
export async function createDoorward(
  settings: Settings,
  { log: givenLog }: EmbedOptions = {},
): Promise<Doorward> {
  refuseOldNode();
  const environment = {};
  const config = checkConfig("the configuration", settings, environment);
  const log = givenLog ?? createLog(process.stderr);
  if (givenLog === undefined) setLog(log, config.log);
  for (const { message, ...place } of fileWarnings(config, environment))
    log.warn(place, `a file ${message}`);
  const { listener, loadH3App, close } = await createApp(config, { log });
  const app = await loadH3App();
  return { listener, app, fetch: async (request) => app.fetch(request), close };
}

/** An older Node drops the header lines after the first thousand, and with them what the proxy says about a request. */
function refuseOldNode(): void {
  const needed = manifest.engines.node.replace(">=", "");
  const [neededMajor = 0, neededMinor = 0] = needed.split(".").map(Number);
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < neededMajor || (major === neededMajor && minor < neededMinor))
    throw new Error(
      `doorward needs Node ${needed} or newer, and this is Node ${process.versions.node}`,
    );
}
