import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSignedInProcess, statuses, type SignedInProcess } from "./signed-in-process.ts";

let peer: SignedInProcess;

beforeAll(async () => {
  peer = await startSignedInProcess();
});
afterAll(() => peer.close());

async function ask(requestLine: string, cookie = ""): Promise<number[]> {
  const own = cookie === "" ? "" : `Cookie: ${cookie}\r\n`;
  return statuses(
    await peer.doorward.raw(
      `${requestLine} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${peer.lines}${own}\r\n`,
    ),
  );
}

describe("another spelling of /verify is not /verify, with or without a session", () => {
  it.each([
    "/_auth/verify/",
    "/_auth/verify//",
    "/_auth/verifyx",
    "/_auth/verify.json",
    "/_auth/verify;x",
    "/_auth/verify;x=1?y",
    "/_auth/verify%20",
    "/_auth/verify%00",
    "/_auth/verify%3F",
    "/_auth/verify%23",
    "/_auth/verify#x",
    "/_auth/verify#?x",
    "/_auth/verify\\",
    "/_auth//verify",
    "//_auth/verify",
    "/./_auth/verify",
    "/_auth/./verify",
    "/_auth/x/../verify",
    "/_auth/verify/../verify",
    "/_auth/verify/.",
    "/_auth/%76erify",
    "/_auth/v%65rify",
    "/_auth/%2576erify",
    "/_auth%2Fverify",
    "/%5Fauth/verify",
    "/_auth/VERIFY",
    "/_Auth/verify",
    "/_auth",
    "/_auth/",
    "/verify",
    "/",
    "*",
    "_auth/verify",
    "http://x/_auth/verify",
    "https://auth.example.com/_auth/verify",
    "http://evil.example?/_auth/verify",
    "file://x?/_auth/verify",
    "x:/_auth/verify",
  ])("%s", async (target) => {
    const answers = await Promise.all([ask(`GET ${target}`), ask(`GET ${target}`, peer.cookie)]);

    for (const answer of answers) {
      expect(answer).toHaveLength(1);
      expect([400, 404]).toContain(answer[0]);
    }
  });
});

describe("/verify gives every method the same response", () => {
  it.each(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])(
    "%s",
    async (method) => {
      expect(await ask(`${method} /_auth/verify`)).toEqual([302]);
      expect(await ask(`${method} /_auth/verify`, peer.cookie)).toEqual([200]);
    },
  );

  it.each(["CONNECT /_auth/verify", "CONNECT x:443", "GE /_auth/verify", "get /_auth/verify"])(
    "except for the invalid method %s",
    async (requestLine) => {
      const answer = await ask(requestLine, peer.cookie);

      expect(answer.filter((status) => status < 400)).toEqual([]);
      expect(await peer.isAlive()).toBe(true);
    },
  );
});

describe("no query of /verify grants access", () => {
  it.each([
    "?",
    "?policy=",
    "?policy=public",
    "?rd=/public",
    "?allow=public",
    "?user=ada",
    "?__proto__[x]=1",
    "?allowed_groups=",
    "?%",
    "?/_auth/verify",
    `?${"a".repeat(8_000)}`,
  ])("%s", async (query) => {
    expect(await ask(`GET /_auth/verify${query}`)).toEqual([302]);
  });
});

describe("a WebSocket handshake", () => {
  it("is challenged without a session and passes with one", async () => {
    const handshake = (cookie: string) =>
      peer.doorward.raw(
        "GET /_auth/verify HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n" +
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
          peer.lines.replace(/^(Sec-Fetch|Accept).*\r\n/gm, "") +
          `Cookie: ${cookie}\r\n\r\n`,
      );

    const [without, withSession] = await Promise.all([handshake("a=b"), handshake(peer.cookie)]);

    expect([statuses(without), statuses(withSession)]).toEqual([[401], [200]]);
  });
});
