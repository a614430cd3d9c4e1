import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAdmin } from "../../server/serve/admin.ts";
import { createApp } from "../../server/app/app.ts";
import { capturingLog } from "../peers/capturing-log.ts";
import { configOf } from "../peers/doorward.ts";

const base = join(mkdtempSync(join(tmpdir(), "doorward-")), "data");
const server = createServer();
let origin: string;

beforeAll(async () => {
  const { log } = capturingLog();
  const app = await createApp(
    configOf({
      url: "https://auth.example.com",
      providers: { company: { type: "oidc", issuer: "http://127.0.0.1:1/", clientId: "door" } },
      access: { anyone: true },
      storage: { driver: "fs-lite", base },
    }),
    { log },
  );
  server
    .on(
      "request",
      createAdmin(() => app, log),
    )
    .listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => server.close());

describe("the admin listener", () => {
  it("answers 200 at /healthz", async () => {
    expect((await fetch(`${origin}/healthz`)).status).toBe(200);
  });

  it("shows the state of the store and of each issuer as metrics, and those of the process", async () => {
    const upOf = async () =>
      (await (await fetch(`${origin}/metrics`)).text()).match(/^doorward_\w+_up.*$/gm);

    await expect
      .poll(upOf)
      .toEqual([
        "doorward_store_up 1",
        'doorward_issuer_up{provider="company"} 0',
        "doorward_revocation_channel_up 1",
      ]);
    const answer = await fetch(`${origin}/metrics`);
    expect(answer.headers.get("content-type")).toContain("text/plain; version=0.0.4");
    expect(await answer.text()).toContain("process_resident_memory_bytes");
  });

  it("is ready while an issuer is down, which it names, and not while the store is down", async () => {
    const named = "degraded: company (http://127.0.0.1:1/)";
    await expect.poll(async () => (await fetch(`${origin}/readyz`)).text()).toBe(named);
    const before = await fetch(`${origin}/readyz`);
    rmSync(base, { recursive: true });
    writeFileSync(base, "a file where the folder was");
    const after = await fetch(`${origin}/readyz`);
    const page = await (await fetch(`${origin}/metrics`)).text();

    expect(page).toContain("doorward_store_up 0");
    expect([before.status, after.status]).toEqual([200, 503]);
  });

  it.each(["/metrics?<", "/readyz", "/healthz?'"])(
    "survives a Host header that makes no valid URL: %s",
    async (target) => {
      const { port } = new URL(origin);
      const socket = connect(Number(port), "127.0.0.1");
      socket.write(`GET ${target} HTTP/1.1\r\nHost: x:99999\r\nConnection: close\r\n\r\n`);

      expect(await text(socket)).toMatch(/^HTTP\/1\.1 \d/);
      expect((await fetch(`${origin}/healthz`)).status).toBe(200);
    },
  );

  it("has none of the four endpoints", async () => {
    expect((await fetch(`${origin}/verify`)).status).toBe(404);
  });
});
