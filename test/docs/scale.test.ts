import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../peers/free-port.ts";
import { block } from "./blocks.ts";

const servers: Server[] = [];
let port: number;
let close: () => Promise<void>;

/** The real nginx with the upstream of docs/scale.md, in front of two servers that each answer their own address. */
beforeAll(async () => {
  let upstream = block("docs/scale.md", "nginx");
  for (const address of ["10.0.0.11:4180", "10.0.0.12:4180"]) {
    const server = createServer((_, response) => response.end(address)).listen(0, "127.0.0.1");
    await once(server, "listening");
    servers.push(server);
    const own = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    upstream = upstream.replace(address, own);
  }
  const folder = await mkdtemp(join(tmpdir(), "doorward-scale-"));
  port = await freePort();
  await writeFile(join(folder, "nginx.conf"), configuration(upstream));
  const nginx = spawn("nginx", ["-p", folder, "-e", "stderr", "-c", "nginx.conf"], {
    stdio: "ignore",
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
  });
  close = async () => {
    const ended = once(nginx, "exit");
    nginx.kill();
    await ended;
    await rm(folder, { recursive: true });
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  };
  while ((await ask("none").catch(() => undefined)) === undefined) await pause(20);
});
afterAll(() => close());

function configuration(upstream: string): string {
  return `
    daemon off;
    ${process.getuid?.() === 0 ? "user root;" : ""}
    worker_processes 2;
    pid nginx.pid;
    events { worker_connections 256; }
    http {
      access_log off;
      client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
      uwsgi_temp_path uwsgi; scgi_temp_path scgi;
      ${upstream}
      server {
        listen 127.0.0.1:${port};
        location / { proxy_pass http://doorward; }
      }
    }`;
}

async function ask(cookie: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { Cookie: cookie } });
  if (!answer.ok) throw new Error(`nginx answers ${answer.status}`);
  return answer.text();
}

describe("the upstream in docs/scale.md", () => {
  it.each(["__Secure-doorward-7f3a2c", "__Host-doorward-0123ab"])(
    "sends each session of %s to one replica, and some sessions to every replica",
    async (name) => {
      const replicas = new Set<string>();

      for (let person = 0; person < 40; person++) {
        const token = randomBytes(32).toString("base64url");
        const asked = [`${name}=${token}`, `a=b; ${name}=${token}; c=d`, `${name}=${token}; e=f`];
        const answers = new Set(await Promise.all(asked.map(ask)));
        expect(answers.size).toBe(1);
        for (const answer of answers) replicas.add(answer);
      }

      expect(replicas.size).toBe(2);
    },
  );
});
