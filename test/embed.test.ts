import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { toNodeHandler } from "h3/node";
import { pino } from "pino";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ConfigError, createDoorward, type Doorward, type EmbedOptions } from "../server/embed.ts";
import { testSecret } from "./peers/doorward.ts";
import { navigation } from "./peers/browser.ts";
import { forwarded } from "./peers/sign-in-door.ts";

const site = "https://app.example.com/_auth";
const settings = {
  url: site,
  secret: testSecret,
  storage: { driver: "memory" },
  providers: { google: { clientId: "door", clientSecret: "x".repeat(20) } },
  access: { anyone: true },
  rules: [{ path: "/public/**", allow: "public" }],
};
const publicRequest = { ...forwarded(site), "X-Forwarded-Uri": "/public/logo" };

const silent: EmbedOptions = { log: pino({ level: "silent" }) };

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

async function embed(...words: Parameters<typeof createDoorward>): Promise<Doorward> {
  const doorward = await createDoorward(...words);
  ends.push(() => doorward.close());
  return doorward;
}

/** The address of a server with this listener. */
async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  ends.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function faultsOf(error: unknown): string[] {
  return error instanceof ConfigError ? error.faults.map(({ path }) => path) : [String(error)];
}

describe("createDoorward", () => {
  it("rejects wrong settings with all their faults, and reads no environment variable", async () => {
    vi.stubEnv("DOORWARD_SECRET", testSecret);
    const { secret: _, ...wrong } = { ...settings, colour: "red" };

    const faults = await createDoorward(wrong).catch(faultsOf);

    expect(faults).toEqual(["colour", "secret"]);
  });

  it.each(["22.12.0", "26.5.3"])("rejects on Node %s, which drops header lines", async (node) => {
    const { versions } = process;
    const setVersions = (value: object) => Object.defineProperty(process, "versions", { value });
    setVersions({ ...versions, node });
    ends.push(async () => void setVersions(versions));

    const created = createDoorward(settings, silent);

    await expect(created).rejects.toThrow(`and this is Node ${node}`);
  });

  it("leaves the level of a log that it is given", async () => {
    const lines: string[] = [];
    const log = pino({ level: "warn" }, { write: (line: string) => void lines.push(line) });
    const { fetch } = await embed({ ...settings, log: { level: "debug" } }, { log });

    await fetch(new Request(`${site}/verify`));

    expect(log.level).toBe("warn");
    expect(lines.join("")).toContain("trustedProxies");
  });

  it("logs to stderr without one, with the level of the settings", async () => {
    const stdout = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const refusedAt = async (level: string) => {
      const { fetch } = await embed({ ...settings, log: { level, format: "json" } });
      await fetch(new Request(`${site}/verify`));
      return stderr.mock.calls.splice(0).length;
    };

    const logged = [await refusedAt("error"), await refusedAt("info")];
    const onStdout = stdout.mock.calls.length;
    vi.restoreAllMocks();

    expect(logged[0]).toBe(0);
    expect(logged[1]).toBeGreaterThan(0);
    expect(onStdout).toBe(0);
  });
});

describe("the endpoints in a server", () => {
  it("are the same for the listener and for the h3 app", async () => {
    const { listener, app } = await embed(settings, silent);
    const origins = [await listen(listener), await listen(toNodeHandler(app))];

    for (const origin of origins) {
      const verify = (headers: Record<string, string>) =>
        fetch(`${origin}/_auth/verify`, { headers, redirect: "manual" });
      expect((await verify(publicRequest)).status).toBe(200);
      expect((await verify(forwarded(site))).status).toBe(401); // `fetch` marks itself as a script
      expect((await fetch(`${origin}/_auth/callback`)).status).toBe(400);
    }
  });

  it("count the requests of one visitor together", async () => {
    const { listener, app } = await embed(settings, silent);
    const origins = [await listen(listener), await listen(toNodeHandler(app))];
    const headers = { ...navigation, "X-Forwarded-For": "203.0.113.7" };
    const statuses = new Map<number, number>();

    for (let sent = 0; sent < 602; sent++) {
      const response = await fetch(`${origins[sent % 2]}/_auth/callback`, { headers });
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
      await response.body?.cancel();
    }

    expect(statuses).toEqual(
      new Map([
        [400, 600],
        [429, 2],
      ]),
    );
  });

  it("include no /verify for a request without a peer", async () => {
    const { fetch } = await embed(settings, silent);

    const verified = await fetch(new Request(`${site}/verify`, { headers: publicRequest }));
    const callback = await fetch(new Request(`${site}/callback`));

    expect(verified.status).toBe(403);
    expect(callback.status).toBe(400);
  });
});
