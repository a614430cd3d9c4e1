import { Agent, type IncomingMessage, request } from "node:http";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, it } from "vitest";
import { settingsFor, startProcess, type DoorwardProcess } from "../peers/process.ts";

let doorward: DoorwardProcess;

beforeAll(async () => {
  doorward = await startProcess((port) => settingsFor(port));
});
afterAll(() => doorward.close());

async function ask(agent: Agent): Promise<{ status: number | undefined; isReused: boolean }> {
  const sent = request({ port: doorward.port, host: "127.0.0.1", path: "/_auth/verify", agent });
  sent.end();
  const [response]: [IncomingMessage] = await once(sent, "response").then(([one]) => [one]);
  response.resume();
  await once(response, "end");
  return { status: response.statusCode, isReused: sent.reusedSocket };
}

// Node's default closes an idle connection after 5 s, and nginx's pool keeps it for 60 s: in between, a request on a
// connection that is being closed would be a 502.
describe.concurrent("an idle keep-alive connection", () => {
  it.for([6, 65])(
    "is still open after %i seconds",
    { timeout: 90_000 },
    async (seconds, { expect }) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });

      const first = await ask(agent);
      await wait(seconds * 1_000);
      const second = await ask(agent);
      agent.destroy();

      expect(first).toEqual({ status: 400, isReused: false });
      expect(second).toEqual({ status: 400, isReused: true });
    },
  );
});
