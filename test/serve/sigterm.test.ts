import { once } from "node:events";
import { Agent } from "node:http";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { navigation, send } from "../peers/browser.ts";
import { startHostileIssuer, type HostileIssuer } from "../peers/hostile-issuer.ts";
import { settingsFor, startProcess, type DoorwardProcess } from "../peers/process.ts";

/** How long doorward waits for requests in progress. */
const drainMs = 9_000;
/** How long it waits for the head of a request. */
const headersMs = 30_000;

let issuer: HostileIssuer | undefined;
let doorward: DoorwardProcess;

afterEach(async () => {
  await doorward.close();
  await issuer?.close();
});

describe.each(["SIGTERM", "SIGINT"] as const)("at %s", (signal) => {
  it("requests in progress finish, idle connections are closed, and the exit code is 0", async () => {
    issuer = await startHostileIssuer();
    const asked = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    issuer.twist = {
      reply: { "/.well-known/openid-configuration": slowly(asked, release.promise) },
    };
    doorward = await startProcess((port) => settingsFor(port, issuer?.issuer));
    const idle = connect(doorward.port, "127.0.0.1");
    idle.write("GET /_auth/verify HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(idle, "data");
    const agent = new Agent({ keepAlive: true });

    const waiting = send(`http://127.0.0.1:${doorward.port}/_auth/start`, new Map(), {
      headers: navigation,
      agent,
    });
    await asked.promise;
    const begun = performance.now();
    doorward.signal(signal);
    await once(idle, "close");
    const isRefused = await fetch(`http://127.0.0.1:${doorward.port}/`).catch(() => true);
    release.resolve();
    const answer = await waiting;
    const finished = await doorward.exit;
    agent.destroy();

    expect(isRefused).toBe(true);
    expect(answer.status).toBe(502); // a page about the response of the issuer
    expect(answer.body).toContain("</html>");
    expect(finished.code).toBe(0);
    expect(finished.stderr).toBe("");
    expect(performance.now() - begun).toBeLessThan(drainMs);
  });

  it("exits at once if no request is in progress", async () => {
    doorward = await startProcess((port) => settingsFor(port));
    const begun = performance.now();

    doorward.signal(signal);
    const { code, stdout } = await doorward.exit;

    expect(code).toBe(0);
    expect(stdout).toContain('"stopped"');
    expect(performance.now() - begun).toBeLessThan(drainMs);
  });
});

it("a connection that never finishes its request does not delay the exit until its own timeout", async () => {
  doorward = await startProcess((port) => settingsFor(port));
  const slow = connect(doorward.port, "127.0.0.1");
  slow.on("error", () => undefined);
  await once(slow, "connect");
  slow.write("GET /_auth/verify HTTP/1.1\r\nHost: x\r\n");
  await fetch(`http://127.0.0.1:${doorward.port}/`); // so that the half request has arrived
  const begun = performance.now();

  doorward.signal("SIGTERM");
  const { code } = await doorward.exit;

  expect(code).toBe(0);
  expect(performance.now() - begun).toBeLessThan(headersMs);
});

function slowly(
  asked: PromiseWithResolvers<void>,
  released: Promise<void>,
): (response: { writeHead(status: number): { end(): unknown } }) => Promise<void> {
  return async (response) => {
    asked.resolve();
    await released;
    response.writeHead(500).end();
  };
}
