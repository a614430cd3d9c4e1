import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { familyOf, measuredCore } from "../process.ts";
import { hosts, filesFor } from "./proxy-files.ts";
import { proxyPrograms, type InstalledProxy } from "./proxy-programs.ts";
import type { Variant } from "./variants.ts";

interface RunningProxy {
  /** Serves TLS. */
  readonly port: number;
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

/** Starts a proxy on the measured core with the files of a variant. */
export async function startPinnedProxy(
  installed: InstalledProxy,
  variant: Variant,
  { servicePort, appPort }: { servicePort: number; appPort: number },
): Promise<RunningProxy> {
  const folder = await mkdtemp(join(tmpdir(), "doorward-bench-"));
  const pidFile = join(folder, "pid");
  const program = join(folder, "start");
  await writeFile(program, startScript(installed, pidFile));
  await chmod(program, 0o755);
  const files = filesFor(installed.kind, variant);
  const { start } = proxyPrograms[installed.kind];
  const proxy = await start({ files, hosts, doorwardPort: servicePort, appPort, program });
  const pids = familyOf(Number(await readFile(pidFile, "utf8")));
  const stop = async () => {
    await proxy.stop();
    await rm(folder, { recursive: true });
  };
  return { port: proxy.https, pids, stop };
}

/**
 * The core is set before the proxy starts, because most of them count cores for their number of threads. `exec` keeps
 * the process id.
 */
function startScript({ kind, path }: InstalledProxy, pidFile: string): string {
  const { accessLog, args } = proxyPrograms[kind];
  const discarded = { stdout: ">/dev/null", stderr: "2>/dev/null", file: "" }[accessLog];
  return [
    "#!/bin/sh",
    `echo $$ >'${pidFile}'`,
    ...(accessLog === "file" ? ["ln -s /dev/null access.log"] : []),
    `exec taskset -c ${measuredCore} '${path}' "$@" ${args.join(" ")} ${discarded}`,
    "",
  ].join("\n");
}
