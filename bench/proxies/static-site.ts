import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "../../test/peers/free-port.ts";
import { answers } from "../ask.ts";
import { startPinned, stop } from "../process.ts";

/** The file that is protected, and its path. */
export const page = { path: "/app.txt", content: `${"the protected page. ".repeat(51)}\n` };

export interface StaticSite {
  readonly port: number;
  close(): Promise<void>;
}

/** The app of every proxy: an nginx that serves one file of 1 KiB, on the core of the load generator. */
export async function startStaticSite(): Promise<StaticSite> {
  const folder = await mkdtemp(join(tmpdir(), "doorward-bench-"));
  const port = await freePort();
  await writeFile(join(folder, page.path), page.content);
  await writeFile(join(folder, "nginx.conf"), configuration(port));
  const words = ["nginx", "-p", folder, "-e", "stderr", "-c", "nginx.conf"];
  const child = startPinned("other", words, { cwd: folder, stdout: "ignore" });
  // nginx has no ready signal.
  while (!(await answers(port, page.path))) {
    if (child.exitCode !== null)
      throw new Error("the static site exited before its first response");
    await pause(20);
  }
  const close = async () => {
    await stop(child);
    await rm(folder, { recursive: true });
  };
  return { port, close };
}

function configuration(port: number): string {
  return `
    daemon off;
    ${process.getuid?.() === 0 ? "user root;" : ""}
    master_process off;
    pid nginx.pid;
    events { worker_connections 1024; }
    http {
      access_log off;
      keepalive_requests 1000000000;
      client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
      uwsgi_temp_path uwsgi; scgi_temp_path scgi;
      server { listen 127.0.0.1:${port}; root .; }
    }`;
}
