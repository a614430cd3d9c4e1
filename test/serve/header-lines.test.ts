import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSignedInProcess, statuses, type SignedInProcess } from "./signed-in-process.ts";

let peer: SignedInProcess;

beforeAll(async () => {
  peer = await startSignedInProcess({
    rules: [
      { path: "/denied", deny: true },
      { path: "/open", allow: "public" },
    ],
  });
});
afterAll(() => peer.close());

/** Proxies in Go sort the names of headers, so a visitor's headers can come before `X-Forwarded-*`. */
function linesFirst(count: number): string {
  return Array.from({ length: count }, (_, index) => `A${index.toString(36)}: b\r\n`).join("");
}

async function ask(count: number, uri: string, headers: string): Promise<number[]> {
  const lines = peer.lines.replace("X-Forwarded-Uri: /\r\n", `X-Forwarded-Uri: ${uri}\r\n`);
  const head = `GET /_auth/verify HTTP/1.1\r\nHost: x\r\n${headers}${linesFirst(count)}${lines}`;
  return statuses(await peer.doorward.raw(`${head}Connection: close\r\n\r\n`));
}

describe.each([0, 1_000, 2_000, 5_000])("%i header lines before those of the proxy", (count) => {
  it.each([
    ["/", 200, 302],
    ["/open", 200, 200],
    ["/denied", 403, 403],
  ])("do not change the decision about %s", async (uri, signedIn, anonymous) => {
    const cookie = `Cookie: ${peer.cookie}\r\n`;

    expect(await ask(count, uri, cookie)).toEqual([signedIn]);
    expect(await ask(count, uri, `${cookie}Accept: application/json\r\n`)).toEqual([signedIn]);
    expect(await ask(count, uri, "")).toEqual([anonymous]);
  });
});
