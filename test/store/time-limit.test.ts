import { once } from "node:events";
import { createServer, connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { inTime } from "../../server/store/time-limit.ts";

const timeoutMs = 20;
const server = createServer();
let ours: Socket;
let theirs: Socket;

beforeAll(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const connected = once(server, "connection");
  ours = connect(address.port, "127.0.0.1");
  [theirs] = await connected;
});

afterAll(() => {
  ours.destroy();
  theirs.destroy();
  server.close();
});

it("takes a response that arrived while this process was stalled beyond the limit", async () => {
  const onLate = vi.fn<() => void>();
  const response = inTime(once(ours, "data"), timeoutMs, onLate);
  theirs.write("here");
  stall(3 * timeoutMs);

  expect(String(await response)).toBe("here");
  await new Promise(setImmediate);
  expect(onLate).not.toHaveBeenCalled();
});

it("gives up after the limit, and tells of work that ends later", async () => {
  const { promise: work, resolve } = Promise.withResolvers<string>();
  const onLate = vi.fn<() => void>();

  await expect(inTime(work, timeoutMs, onLate)).rejects.toMatchObject({
    code: "store_unreachable",
    cause: new Error("no response within 20 ms"),
  });
  expect(onLate).not.toHaveBeenCalled();
  resolve("at last");
  await vi.waitFor(() => expect(onLate).toHaveBeenCalledOnce());
});

function stall(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
