import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChild } from "./proxy-child.ts";
import type { Ports, Proxy } from "./front.ts";

/** nginx with the nginx.conf in this folder, its ports filled in. */
export async function startNginx(program: string, ports: Ports): Promise<Proxy> {
  const folder = await mkdtemp(join(tmpdir(), "doorward-demo-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await writeFile(join(folder, "nginx.conf"), await configuration(ports));
    const child = await startChild({
      program,
      args: ["-p", folder, "-c", "nginx.conf", "-e", "stderr"],
      port: ports.port,
    });
    return { close: () => child.end().finally(remove) };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function configuration({ port, doorward, app }: Ports): Promise<string> {
  const template = await readFile(join(import.meta.dirname, "nginx.conf"), "utf8");
  return template
    .replaceAll("@PORT@", String(port))
    .replaceAll("@DOORWARD@", String(doorward))
    .replaceAll("@APP@", String(app));
}
