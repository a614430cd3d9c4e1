import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSignedInProcess, statuses, type SignedInProcess } from "./signed-in-process.ts";

let peer: SignedInProcess;

beforeAll(async () => {
  peer = await startSignedInProcess();
});
afterAll(() => peer.close());

const head = "POST /_auth/sign_out HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\n";

describe("a form at /sign_out", () => {
  it("gets a response before its end if it is too long to be one of ours", async () => {
    const socket = connect(peer.doorward.port, "127.0.0.1");
    socket.on("error", () => undefined); // doorward may reset the connection after its response
    let answer = "";
    socket.setEncoding("latin1").on("data", (part) => (answer += String(part)));
    const chunk = `10000\r\n${"a".repeat(0x10000)}\r\n`;

    // Four megabytes without an end: a server that waits for the end keeps all of them.
    socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n`);
    for (let index = 0; index < 64; index++) socket.write(chunk);

    await expect.poll(() => statuses(answer), { timeout: 15_000 }).toHaveLength(1);
    socket.destroy();
    expect(statuses(answer)[0]).toBeLessThan(500);
    expect(await peer.isAlive()).toBe(true);
  });

  it("of another content type is ignored, without a failure", async () => {
    const body = '{"rd":"https://evil.example"}';

    const answer = await peer.doorward.raw(
      `${head}Content-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    );

    expect(statuses(answer)).toEqual([200]);
    expect(answer).not.toContain("evil");
  });

  it("with a content type and no body is an empty form", async () => {
    const answer = await peer.doorward.raw(
      `${head}Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\n`,
    );

    expect(statuses(answer)).toEqual([200]);
  });
});
