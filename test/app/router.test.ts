import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";

let doorward: TestDoorward;

beforeAll(async () => {
  doorward = await startDoorward(
    configOf({
      url: "http://localhost:8080",
      providers: { company: { type: "oidc", issuer: "http://127.0.0.1:1/", clientId: "door" } },
      access: { anyone: true },
    }),
  );
});
afterAll(() => doorward.close());

async function ask(target: string, ...headers: string[]): Promise<string> {
  const socket = connect(doorward.port, "127.0.0.1");
  await once(socket, "connect");
  socket.write([`GET ${target} HTTP/1.1`, ...headers, "Connection: close", "", ""].join("\r\n"));
  return (await text(socket)).split("\r\n", 1)[0] ?? "";
}

describe("a Host header that is not part of a URL", () => {
  it.each([
    ["/start?<", "x:99999"],
    ["/start?rd='", "a:70000"],
    ['/callback?"', "1.2.3.4.5"],
    ['/sign_out?"', "[::1"],
    ["/start?'", "a b"],
    ["/start?'", "auth.example.com:99999"],
  ])("gets 400, and the next request is served: %s with host %s", async (target, host) => {
    expect(await ask(target, `Host: ${host}`)).toBe("HTTP/1.1 400 Bad Request");
    expect(await ask("/sign_out", "Host: localhost:8080")).toMatch(/^HTTP\/1\.1 200/);
  });

  it("gets 400 if it is repeated", async () => {
    expect(await ask("/start", "Host: localhost:8080", "Host: localhost:8080")).toBe(
      "HTTP/1.1 400 Bad Request",
    );
  });
});
