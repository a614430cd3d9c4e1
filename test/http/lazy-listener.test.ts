import type { IncomingMessage, ServerResponse } from "node:http";
import { expect, it, vi } from "vitest";
import { lazyListener } from "../../server/http/lazy-listener.ts";

it("a request after one whose load failed loads the listener again", async () => {
  const listener = vi.fn<() => void>();
  const load = vi.fn<() => Promise<typeof listener>>();
  load.mockRejectedValueOnce(new Error("no file descriptor is free"));
  load.mockResolvedValue(listener);
  const fail = vi.fn<() => void>();
  const listen = lazyListener(load, fail);
  const [request, response] = [{} as IncomingMessage, {} as ServerResponse];

  listen(request, response);
  await vi.waitFor(() => expect(fail).toHaveBeenCalledOnce());
  listen(request, response);
  await vi.waitFor(() => expect(listener).toHaveBeenCalledOnce());

  expect(load).toHaveBeenCalledTimes(2);
  expect(fail).toHaveBeenCalledOnce();
});
