import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "../test/peers/free-port.ts";
import { answers } from "./ask.ts";
import { sessionCookieName } from "./doors.ts";
import { fromBrowser, writeLoad } from "./load.ts";
import { familyOf, startPinned, stop } from "./process.ts";
import type { Server } from "./server.ts";
import { takeTurns, warmUp, expectAnswers, type Pair, type Turns } from "./turns.ts";

const names = ["other", "door"] as const;

/**
 * The real nginx in front of a static file, with auth_request to the bare server and to doorward in turns. All share the
 * measured core, and the CPU time of nginx is included: it is part of the cost of a visitor's request.
 */
export async function measureThroughNginx(
  servers: Pair<Server>,
  token: string,
  amount: { rounds: number; seconds: number },
): Promise<Turns> {
  const folder = await mkdtemp(join(tmpdir(), "doorward-bench-"));
  const ports = { other: await freePort(), door: await freePort() };
  await writeFile(join(folder, "app.txt"), "the app");
  await writeFile(join(folder, "nginx.conf"), configuration(ports, servers));
  const words = ["nginx", "-p", folder, "-e", "stderr", "-c", "nginx.conf"];
  const nginx = startPinned("measured", words, { cwd: folder, stdout: "ignore" });
  const visitor = {
    host: "app.example.com",
    uri: "/app.txt",
    own: `${sessionCookieName}=${token}`,
  };
  const load = { templates: [fromBrowser(visitor, "/app.txt")], fills: [""], statuses: [200] };
  const loadFolder = await writeLoad(load);
  // nginx has no ready signal.
  while (!(await answers(ports.door))) {
    if (nginx.exitCode !== null) throw new Error("nginx exited before its first response");
    await pause(20);
  }
  const family = familyOf(nginx.pid ?? 0);
  const targets = {
    other: { port: ports.other, folder: loadFolder, pids: [...family, servers.other.pid] },
    door: { port: ports.door, folder: loadFolder, pids: [...family, servers.door.pid] },
  };
  for (const name of names) await expectAnswers({ ...servers[name], port: ports[name] }, load);
  // The bare server is warm already; for doorward, the requests of nginx differ from those before.
  await warmUp(targets.door, 20_000);
  const turns = await takeTurns(targets, amount);
  await stop(nginx);
  await Promise.all([folder, loadFolder].map((one) => rm(one, { recursive: true })));
  return turns;
}

/** The location for auth_request is the same as in the output of `doorward config nginx`. */
function configuration(ports: Pair<number>, servers: Pair<Server>): string {
  const sites = names.map(
    (name) => `
      upstream ${name} { server 127.0.0.1:${servers[name].port} max_fails=0; keepalive 32; }
      server {
        listen 127.0.0.1:${ports[name]};
        server_name app.example.com;
        location = /_doorward/verify {
          internal;
          proxy_pass http://${name}/verify;
          proxy_http_version 1.1;
          proxy_pass_request_body off;
          proxy_set_header Connection "";
          proxy_set_header Content-Length "";
          proxy_set_header X-Forwarded-For $remote_addr;
          proxy_set_header X-Original-URL https://$host$request_uri;
          proxy_set_header X-Original-Method $request_method;
        }
        location / {
          auth_request /_doorward/verify;
          auth_request_set $user $upstream_http_x_auth_request_user;
          root .;
        }
      }`,
  );
  return `
    daemon off;
    ${process.getuid?.() === 0 ? "user root;" : ""}
    worker_processes 1;
    pid nginx.pid;
    events { worker_connections 512; }
    http {
      access_log off;
      keepalive_requests 1000000000;
      client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
      uwsgi_temp_path uwsgi; scgi_temp_path scgi;
      ${sites.join("")}
    }`;
}
