import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startSignedInProcess, type SignedInProcess } from "./signed-in-process.ts";

let peer: SignedInProcess;

beforeAll(async () => {
  peer = await startSignedInProcess();
  await peer.reload({
    providers: {
      company: {
        type: "oidc",
        issuer: peer.issuer.issuer,
        clientId: "door",
        clientSecret: "x".repeat(20),
      },
      apple: {
        type: "apple",
        issuer: "http://127.0.0.1:9",
        clientId: "door",
        clientSecret: "x".repeat(20),
      },
    },
  });
});
afterAll(() => peer.close());

/** Sends a head that announces a longer body than follows, and closes or resets the connection. */
async function hangUp(
  path: string,
  framing: string,
  body: string,
  isReset: boolean,
): Promise<void> {
  const socket = connect(peer.doorward.port, "127.0.0.1");
  const head = `POST /_auth/${path} HTTP/1.1\r\nHost: ${new URL(peer.doorward.site).host}\r\nCookie: ${peer.cookie}\r\nSec-Fetch-Site: same-origin\r\n`;
  const type = "Content-Type: application/x-www-form-urlencoded\r\n";
  socket.write(`${head}${type}${framing}\r\n\r\n${body}`);
  // The head is read and the form awaited, before the connection ends.
  await peer.doorward.raw(`GET /_auth/verify HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  if (isReset) socket.resetAndDestroy();
  else socket.destroy();
  await once(socket, "close");
}

it.each([
  ["sign_out", "a Content-Length", "Content-Length: 1000", "rd=%2F"],
  ["sign_out", "chunks", "Transfer-Encoding: chunked", "100\r\nrd=%2F"],
  ["callback/apple", "a Content-Length", "Content-Length: 1000", "code=a&state=b"],
  ["callback/apple", "chunks", "Transfer-Encoding: chunked", "100\r\ncode=a&state=b"],
])(
  "a client that hangs up in a form to %s with %s ends nothing and is not logged as an error",
  async (path, _, framing, body) => {
    const logged = peer.doorward.stdout().length;

    await hangUp(path, framing, body, false);
    await hangUp(path, framing, body, true);

    expect(await peer.isAlive()).toBe(true);
    // A later request is answered after those that were cut off.
    await peer.doorward.raw(`GET /_auth/sign_out HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    const lines = peer.doorward.stdout().slice(logged).trim().split("\n").filter(Boolean);
    const events = lines.map((line): { level: number } => JSON.parse(line));
    expect(events.filter(({ level }) => level >= 50)).toEqual([]);
    expect(peer.doorward.stdout()).not.toContain("unexpected failure");
  },
);
