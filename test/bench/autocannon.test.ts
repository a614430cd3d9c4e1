import { execFile } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { gap, writeLoad } from "../../bench/load.ts";

describe("bench/autocannon.ts", () => {
  it("sends each template in turn with each fill unchanged, and prints a summary", async () => {
    const seen: { url: string | undefined; headers: IncomingHttpHeaders }[] = [];
    const server = createServer(({ url, headers }, response) => {
      if (seen.length < 60) seen.push({ url, headers });
      response.end();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const templates = ["one", "two"].map(
      (name) => `GET /${name} HTTP/1.1\r\nHost: door\r\nX-Who: ${gap}\r\nCookie: a=${gap}\r\n\r\n`,
    );
    const folder = await writeLoad({ templates, fills: ["ada", "bob", "cyd"], statuses: [] });

    // No pause, the first turn, one connection (several would overtake one another), one second.
    const numbers = ["0", "0", "1", "1"];
    const words = ["bench/autocannon.ts", `http://127.0.0.1:${port}/`, folder, "each", ...numbers];
    const { stdout } = await promisify(execFile)(process.execPath, words);
    server.close();
    await rm(folder, { recursive: true });

    const summary: unknown = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
    expect(summary).toMatchObject({
      broken: 0,
      requests: expect.toSatisfy((count) => count >= 60),
    });
    expect(seen).toHaveLength(60);
    const kinds = new Map<string, number>();
    for (const { url, headers } of seen) {
      expect(headers).toMatchObject({ host: "door", cookie: `a=${headers["x-who"]}` });
      const kind = `${url} ${headers["x-who"]}`;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    expect(Object.fromEntries(kinds)).toEqual(
      Object.fromEntries(
        ["one", "two"].flatMap((name) =>
          ["ada", "bob", "cyd"].map((who) => [`/${name} ${who}`, 10]),
        ),
      ),
    );
  });
});
