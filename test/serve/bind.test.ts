import { channel } from "node:diagnostics_channel";
import { once } from "node:events";
import type { Server as HttpServer } from "node:http";
import { createServer, type AddressInfo, type Server } from "node:net";
import { networkInterfaces } from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import { bind, type BoundServer } from "../../server/serve/bind.ts";
import { freePort } from "../peers/free-port.ts";

const bound: BoundServer[] = [];
let blocker: Server | undefined;
afterEach(async () => {
  await Promise.all(bound.splice(0).map((one) => one.close()));
  blocker?.close();
});

async function bindTo(host: string, port: number): Promise<BoundServer> {
  const one = await bind((_, response) => response.end("ours"), { host, port });
  bound.push(one);
  return one;
}

async function fault(host: string, port: number): Promise<string> {
  return bindTo(host, port).then(
    ({ address }) => `bound to ${address.address}:${address.port}`,
    (error: Error) => error.message,
  );
}

async function textAt(host: string, port: number): Promise<string> {
  return (await fetch(`http://${host}:${port}/`)).text();
}

const ownAddress = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === "IPv4" && !internal)?.address;

describe("bind", () => {
  it.each([
    ["127.0.0.1", "127.0.0.1", "127.0.0.1"],
    ["127.9.8.7", "127.9.8.7", "127.9.8.7"],
    ["::1", "::1", "[::1]"],
    ["0:0:0:0:0:0:0:1", "::1", "[::1]"],
    ["0.0.0.0", "0.0.0.0", "127.0.0.1"],
    ["::", "::", "[::1]"],
    ["0:0:0:0:0:0:0:0", "::", "127.0.0.1"],
    ["LOCALHOST", expect.stringMatching(/^(127\.0\.0\.1|::1)$/), "localhost"],
    ["localhost", expect.stringMatching(/^(127\.0\.0\.1|::1)$/), "localhost"],
  ])("listens on %s at exactly the port asked for", async (host, address, reachable) => {
    const port = await freePort();

    const one = await bindTo(host, port);

    expect(one.address).toMatchObject({ address, port });
    expect(await textAt(reachable, port)).toBe("ours");
  });

  it.runIf(ownAddress !== undefined)("listens on one address of this machine only", async () => {
    const port = await freePort();

    await bindTo(String(ownAddress), port);

    expect(await textAt(String(ownAddress), port)).toBe("ours");
    await expect(textAt("127.0.0.1", port)).rejects.toThrow("fetch failed");
  });

  it("takes any free port for port 0", async () => {
    const { address } = await bindTo("127.0.0.1", 0);

    expect(address.port).toBeGreaterThan(1_023);
    expect(await textAt("127.0.0.1", address.port)).toBe("ours");
  });

  it.each([
    ["", "is empty"],
    ["my_host", "is not a host name or address"],
    ["-host", "is not a host name or address"],
    ["fe80::1%eth0", "has a zone"],
    ["[::1]", "is in brackets: write ::1"],
    ["http://127.0.0.1", "is a URL"],
    ["127.0.0.1:80", "has a port in it"],
    ["[::1]:80", "has a port in it"],
    ["010.0.0.1", "is not an IPv4 address"],
    ["127.1", "is not an IPv4 address"],
    [`${"a".repeat(60)}.example.com`, "is longer than 63 characters"],
  ])(
    "refuses the host %j, which listhen would replace or resolve to another",
    async (host, why) => {
      const port = await freePort();

      const message = await fault(host, port);

      expect(message).toContain("cannot listen on ");
      expect(message).toContain(`${host}`);
      expect(message).toContain(`:${port}: the host ${why}`);
      await expect(textAt("127.0.0.1", port)).rejects.toThrow("fetch failed");
    },
  );

  it.each([6_000, 6_667, 10_080])(
    "refuses port %i, which browsers refuse to open",
    async (port) => {
      const message = await fault("127.0.0.1", port);

      expect(message).toContain(
        `cannot listen on 127.0.0.1:${port}: ${port} is a port that browsers`,
      );
    },
  );

  it("names the reason and the fix for an address of another machine", async () => {
    const port = await freePort();

    expect(await fault("192.0.2.1", port)).toBe(
      `cannot listen on 192.0.2.1:${port}: the address is not one of this machine: choose one of its own, or 0.0.0.0 or :: for all of them`,
    );
  });

  it("names the reason and the fix for a name that does not resolve", async () => {
    const port = await freePort();

    expect(await fault("nothing.invalid", port)).toMatch(
      /^cannot listen on nothing\.invalid:\d+: the host name does not resolve.*: write an address/,
    );
  });

  it.each(["127.0.0.1", "0.0.0.0", "::1", "::", "localhost"])(
    "takes no other port when the one on %s is taken",
    async (host) => {
      blocker = createServer().listen(0, host);
      await once(blocker, "listening");
      const { port } = blocker.address() as AddressInfo;

      const message = await fault(host, port);

      expect(message).toContain(
        `:${port}: another process has the port: stop it, or choose another`,
      );
    },
  );

  it("survives a process that takes the port after listhen has tried it", async () => {
    const port = await freePort();
    const listening = channel("tracing:net.server.listen:asyncStart");
    const takeIt = (message: unknown) => {
      const { server } = message as { server: HttpServer };
      if (server.listenerCount("request") > 0) blocker = createServer().listen(port, "::");
    };
    listening.subscribe(takeIt);

    const message = await fault("127.0.0.1", port);
    listening.unsubscribe(takeIt);

    expect(message).toContain(`cannot listen on 127.0.0.1:${port}: another process has the port`);
  });

  it("takes neither host nor port from the environment", async () => {
    const port = await freePort();
    const { HOST, PORT } = process.env;
    Object.assign(process.env, { HOST: "0.0.0.0", PORT: "3000" });

    const one = await bindTo("127.0.0.1", port);
    Object.assign(process.env, { HOST, PORT });
    if (HOST === undefined) delete process.env.HOST;
    if (PORT === undefined) delete process.env.PORT;

    expect(one.address).toMatchObject({ address: "127.0.0.1", port });
  });

  it("leaves signals, the output and open handles alone", async () => {
    const signals = ["SIGTERM", "SIGINT", "SIGHUP", "exit"] as const;
    const before = signals.map((signal) => process.listenerCount(signal));
    const one = await bindTo("127.0.0.1", await freePort());

    expect(signals.map((signal) => process.listenerCount(signal))).toEqual(before);
    expect(await one.urls()).toEqual([`http://127.0.0.1:${one.address.port}/`]);
  });

  it("hands every connection to our own server, none to listhen's", async () => {
    const servers: HttpServer[] = [];
    const seen: string[] = [];
    const listening = channel("tracing:net.server.listen:asyncStart");
    const keep = (message: unknown) => {
      const { server } = message as { server: HttpServer };
      if (server.listenerCount("request") > 0) servers.push(server);
    };
    listening.subscribe(keep);
    const port = await freePort();
    await bindTo("127.0.0.1", port);
    listening.unsubscribe(keep);
    for (const event of ["connection", "request", "clientError"]) {
      servers[0]?.on(event, () => seen.push(event));
    }

    await Promise.all([textAt("127.0.0.1", port), textAt("127.0.0.1", port)]);

    expect(servers).toHaveLength(2); // listhen's, then ours
    expect(seen).toEqual([]);
  });
});
