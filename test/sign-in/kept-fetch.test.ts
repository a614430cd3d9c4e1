import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createSocketServer, type AddressInfo, type Server as Net } from "node:net";
import { Worker } from "node:worker_threads";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { createKeptFetch } from "../../server/sign-in/kept-fetch.ts";

let server: Server | Net | undefined;
afterEach(() => server?.close());

async function addressOf(one: Server | Net): Promise<string> {
  server = one;
  await new Promise<void>((resolve) => one.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(one.address() as AddressInfo).port}/`;
}

const issuer = (listener: RequestListener) => addressOf(createServer(listener));

/** The messages of an error and its causes. */
async function reasonOf(request: Promise<Response>): Promise<string> {
  try {
    await request;
    return "no error";
  } catch (error) {
    const messages: string[] = [];
    for (let cause = error; cause instanceof Error; cause = cause.cause)
      messages.push(cause.message);
    return messages.join(": ");
  }
}

/** An issuer that closes idle connections after 50 ms and does not say so. In a thread, so that it runs while this one is busy. */
const impatientIssuer = `
const { createServer } = require("node:http");
const { parentPort } = require("node:worker_threads");
const server = createServer((request, response) => {
  response.setHeader("Connection", "keep-alive");
  response.setHeader("Keep-Alive", "x");
  request.resume().on("end", () => response.end("{}"));
});
server.keepAliveTimeout = 50;
server.keepAliveTimeoutBuffer = 0;
server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
`;

/** Keeps this thread busy, as a long computation does: it learns of nothing meanwhile. */
function stall(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

const limit = () => ({ signal: AbortSignal.timeout(3_000) });

describe("a request to an issuer", () => {
  it.each([
    ["gzip", gzipSync],
    ["x-gzip", gzipSync],
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
  ])(
    "gets a body that the issuer has compressed by %s without being asked",
    async (name, compress) => {
      const url = await issuer((request, response) => {
        expect(request.headers["accept-encoding"]).toBe("identity");
        response.setHeader("Content-Encoding", name);
        response.end(compress(Buffer.from('{"keys":["ä"]}')));
      });

      expect(await (await createKeptFetch()(url, limit())).json()).toEqual({ keys: ["ä"] });
    },
  );

  it("reads at most 8 MiB of a body, also after decompression", async () => {
    const url = await issuer((_, response) => {
      response.setHeader("Content-Encoding", "gzip");
      response.end(gzipSync(Buffer.alloc(9 * 1024 * 1024)));
    });

    expect(await reasonOf(createKeptFetch()(url, limit()))).toMatch(/larger than 8388608 bytes/);
  });

  it("fails with an unknown coding", async () => {
    const url = await issuer((_, response) => {
      response.setHeader("Content-Encoding", "zstd");
      response.end("x");
    });

    expect(await reasonOf(createKeptFetch()(url, limit()))).toContain("Content-Encoding zstd");
  });

  it("fails if the issuer switches protocols, and the next one succeeds", async () => {
    let requests = 0;
    const url = await addressOf(
      createSocketServer((socket) => {
        socket.on("error", () => {});
        socket.on("data", () => {
          socket.write(
            requests++ === 0
              ? "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n"
              : "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
          );
        });
      }),
    );
    const fetch = createKeptFetch();

    expect(await reasonOf(fetch(url, limit()))).toContain("101");
    expect((await fetch(url, limit())).status).toBe(200);
  });

  it("is not sent over a connection that the issuer has closed while this process was busy", async () => {
    const worker = new Worker(impatientIssuer, { eval: true });
    try {
      const [port] = (await once(worker, "message")) as [number];
      const fetch = createKeptFetch();
      const post = () => fetch(`http://127.0.0.1:${port}/`, { ...limit(), method: "POST" });

      for (let round = 0; round < 3; round++) {
        expect((await post()).status).toBe(200);
        stall(200);
        expect((await post()).status).toBe(200);
      }
    } finally {
      await worker.terminate();
    }
  });

  it("is refused if its URL has a user name", async () => {
    const fetch = createKeptFetch();

    expect(await reasonOf(fetch("http://ada:x@127.0.0.1:9/", limit()))).toContain("user name");
  });

  it("names its time limit if the body takes too long", async () => {
    const url = await issuer((_, response) => void response.write("{"));

    const reason = await reasonOf(createKeptFetch()(url, { signal: AbortSignal.timeout(100) }));

    expect(reason).toContain("timeout");
  });
});
