import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";

interface RunningForwardProxy {
  /** `HOST:PORT`. */
  readonly address: string;
  /** The requests that it received, such as `CONNECT id.example.com:443`. */
  requests(): string[];
  close(): Promise<void>;
}

/** A real forward proxy (tinyproxy). With a user, it answers 407 to a request without the user's password. */
export async function startForwardProxy(user?: {
  name: string;
  password: string;
}): Promise<RunningForwardProxy> {
  const folder = await mkdtemp(join(tmpdir(), "doorward-tinyproxy-"));
  const port = await freePort();
  const settings = [
    `Port ${port}`,
    "Listen 127.0.0.1",
    "LogLevel Connect",
    ...(user === undefined ? [] : [`BasicAuth ${user.name} ${user.password}`]),
  ];
  await writeFile(join(folder, "conf"), settings.join("\n"));
  const child = spawn("tinyproxy", ["-d", "-c", join(folder, "conf")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const killChild = () => child.kill();
  process.once("exit", killChild);
  let output = "";
  const ended = once(child, "exit").then(() => {
    throw new Error(`tinyproxy did not start: ${output}`);
  });
  child.stdout.on("data", (chunk) => {
    output += String(chunk);
  });
  while (!output.includes("Reloading config file finished"))
    await Promise.race([once(child.stdout, "data"), ended]);
  return {
    address: `127.0.0.1:${port}`,
    requests: () =>
      Array.from(
        output.matchAll(/Request \(.*?\): (\S+ \S+) HTTP/g),
        ([, request = ""]) => request,
      ),
    async close() {
      process.off("exit", killChild);
      const exit = ended.catch(() => undefined);
      child.kill();
      await exit;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
