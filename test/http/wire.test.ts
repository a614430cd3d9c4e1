import { once } from "node:events";
import { createServer, IncomingMessage, ServerResponse } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HttpResponse, empty } from "../../server/http/response.ts";
import { bind, type BoundServer } from "../../server/serve/bind.ts";
import { leanRequests } from "../../server/http/lean-request.ts";
import { send } from "../../server/http/send.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";

/** The headers of a request for a public page, which needs no session. */
const forwarded = [
  "X-Original-URL: https://app.example.com/public/logo",
  "X-Original-Method: GET",
  "Cookie: a=b",
];
const date = /^Date: [A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

let doorward: TestDoorward;
let bound: BoundServer;

beforeAll(async () => {
  doorward = await startDoorward(
    configOf({
      url: "https://auth.example.com",
      cookie: { domain: "example.com" },
      providers: { company: { type: "oidc", issuer: "http://127.0.0.1:1/", clientId: "door" } },
      access: { anyone: true },
      rules: [{ host: "app.example.com", path: "/public/**", allow: "public" }],
    }),
  );
  bound = await bind(doorward.app.listener, { host: "127.0.0.1", port: 0 });
});
afterAll(async () => {
  await bound.close();
  await doorward.close();
});

/** Sends requests on one connection and returns everything received until it closes. */
async function exchange(...requests: readonly (readonly string[])[]): Promise<string> {
  const socket = connect(bound.address.port, "127.0.0.1");
  await once(socket, "connect");
  socket.write(requests.map((lines) => lines.join("\r\n")).join(""));
  return text(socket);
}

function requestOf(first: string, ...lines: string[]): string[] {
  return [first, "Host: doorward", ...forwarded, ...lines, "", ""];
}

const ask = (...lines: string[]) => requestOf("GET /verify HTTP/1.1", ...lines);
const last = "Connection: close";

function statusesIn(received: string): string[] {
  return Array.from(received.matchAll(/^HTTP\/1\.1 (\d{3})/gm), ([, status]) => status ?? "");
}

describe("a response of /verify on the wire", () => {
  it("has every required header, each once", async () => {
    const [first, ...lines] = (await exchange(ask(last))).split("\r\n");

    expect(first).toBe("HTTP/1.1 200 OK");
    expect(lines).toEqual([
      "Cache-Control: no-store",
      "Content-Length: 0",
      "X-Auth-Request-User: ",
      "X-Auth-Request-Email: ",
      "X-Auth-Request-Groups: ",
      "X-Auth-Request-Preferred-Username: ",
      expect.stringMatching(date),
      "Connection: close",
      "",
      "",
    ]);
  });

  it("has the current time in Date", async () => {
    const earliest = Math.floor(Date.now() / 1_000) * 1_000;
    const [, received = ""] = /^Date: (.*)\r$/m.exec(await exchange(ask(last))) ?? [];

    expect(Date.parse(received)).toBeGreaterThanOrEqual(earliest);
    expect(Date.parse(received)).toBeLessThanOrEqual(Date.now());
  });

  it("comes in the order of pipelined requests", async () => {
    const elsewhere = [
      "GET /verify HTTP/1.1",
      "Host: doorward",
      "X-Original-URL: https://app.example.com/private",
      "X-Original-Method: GET",
      "",
      "",
    ];

    const received = await exchange(ask(), elsewhere, ask(), ask(last));

    expect(statusesIn(received)).toEqual(["200", "401", "200", "200"]);
  });

  it("to HTTP/1.0 closes the connection, unless the request has keep-alive", async () => {
    const first = "GET /verify HTTP/1.0";

    const alone = await exchange(requestOf(first));
    const kept = await exchange(requestOf(first, "Connection: keep-alive"), requestOf(first));

    expect(alone).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*Connection: close\r\n\r\n$/);
    expect(kept).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*?Connection: keep-alive\r\n\r\nHTTP\/1\.1 200/);
  });

  it("to HEAD has no body, although it has a Content-Length", async () => {
    const received = await exchange(
      ["HEAD /verify HTTP/1.1", "Host: doorward", "", ""], // malformed: a GET would get JSON
      ask(last),
    );

    expect(received).toMatch(/^HTTP\/1\.1 400 .*\r\n[^]*?\r\n\r\nHTTP\/1\.1 200 /);
    expect(received).toMatch(/Content-Length: [1-9]/);
  });
});

describe("a request", () => {
  it.each(["POST /verify HTTP/1.1", "GET /verify HTTP/1.1"])(
    "with a body that looks like a request is one request: %s",
    async (first) => {
      const body = "GET /verify HTTP/1.1\r\nHost: doorward\r\n\r\n";
      const sized = [...requestOf(first, `content-LENGTH: ${body.length}`).slice(0, -1), body];
      const size = body.length.toString(16);
      const chunked = [
        ...requestOf(first, "Transfer-encoding: chunked"),
        `${size}\r\n${body}\r\n0\r\n\r\n`,
      ];
      chunked.splice(-2, 1);

      const received = await exchange(sized, chunked, ask(last));

      expect(statusesIn(received)).toEqual(["200", "200", "200"]);
    },
  );

  it("with Expect: 100-continue gets 100", async () => {
    const received = await exchange(
      requestOf("POST /verify HTTP/1.1", "eXPECT: 100-continue", "Content-Length: 2").slice(0, -1),
      ["", "hi"],
      ask(last),
    );

    expect(statusesIn(received)).toEqual(["100", "200", "200"]);
  });

  it("with any other expectation gets 417", async () => {
    expect(statusesIn(await exchange(ask("Expect: miracles", last)))).toEqual(["417"]);
  });

  it("of HTTP/1.1 without a Host gets 400 (RFC 9112 §3.2)", async () => {
    const received = await exchange(["GET /verify HTTP/1.1", ...forwarded, "", ""]);

    expect(statusesIn(received)).toEqual(["400"]);
  });

  it("has all its headers once a listener gets it", async () => {
    const seen: IncomingMessage["headers"][] = [];
    const listening = await bind(
      (request, response) => {
        seen.push(request.headers);
        send(response, empty(200));
      },
      { host: "127.0.0.1", port: 0 },
    );
    const socket = connect(listening.address.port, "127.0.0.1");
    await once(socket, "connect");

    socket.write(ask(last).join("\r\n"));
    await text(socket);
    await listening.close();

    expect(seen).toEqual([
      {
        host: "doorward",
        "x-original-url": "https://app.example.com/public/logo",
        "x-original-method": "GET",
        cookie: "a=b",
        connection: "close",
      },
    ]);
  });
});

describe("1,000 requests of one visitor", () => {
  it("never call writeHead or build a headers object", async () => {
    const made = { heads: 0, headers: 0 };
    class Message extends IncomingMessage {}
    Object.defineProperty(Message.prototype, "headers", {
      get(this: IncomingMessage): unknown {
        made.headers++;
        return Reflect.get(IncomingMessage.prototype, "headers", this);
      },
    });
    const Request = leanRequests(Message);
    class Response extends ServerResponse<InstanceType<typeof Request>> {
      override writeHead(...received: unknown[]): this {
        made.heads++;
        return Reflect.apply(super.writeHead, this, received);
      }
    }
    const classes = { IncomingMessage: Request, ServerResponse: Response };
    const server = createServer(classes, (request, response) => {
      request.isDispatched = true;
      doorward.app.listener(request, response);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const socket = connect(port, "127.0.0.1");
    const requests = [...Array.from({ length: 999 }, () => ask()), ask(last)];

    socket.write(requests.map((lines) => lines.join("\r\n")).join(""));
    const statuses = statusesIn(await text(socket));
    server.close();

    expect(statuses).toHaveLength(1_000);
    expect(new Set(statuses)).toEqual(new Set(["200"]));
    expect(made).toEqual({ heads: 0, headers: 0 });
  });
});

describe("a response", () => {
  it.each(["a\r\nSet-Cookie: b=c", "a\nb", "a\0b", "caf\u{e9} \u{2615}"])(
    "cannot have the header value %j",
    (value) => {
      expect(() => empty(200, "X-Name", value)).toThrow("X-Name");
    },
  );

  it.each(["Voil\u00c3\u00a0", "ok ", "", "a: b"])(
    "keeps the header value %j unchanged",
    (value) => {
      expect(empty(200, "X-Name", value).headers.slice(-2)).toEqual(["X-Name", value]);
    },
  );

  it("that follows an unfinished one closes the connection, so that a client does not join the two", async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, {});
      response.write("part");
      send(response, empty(500));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };

    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    socket.write("GET / HTTP/1.1\r\nHost: doorward\r\n\r\n");
    const received = await text(socket).catch(String);
    server.close();

    expect(received).not.toContain("HTTP/1.1 500");
    expect(received).not.toMatch(/0\r\n\r\n$/); // RFC 9112 §7.1: the end of a body in chunks
  });

  it("has a Content-Length in bytes", () => {
    expect(new HttpResponse(200, [], "né").headers).toEqual([
      "Cache-Control",
      "no-store",
      "Content-Length",
      "3",
    ]);
  });

  it("is complete also if Node ignores the prepared head", async () => {
    class IgnoringResponse extends ServerResponse {
      constructor(request: IncomingMessage) {
        super(request);
        const heads: unknown[] = [];
        Object.defineProperty(this, "_header", {
          get: () => heads[1] ?? null, // the first one is doorward's
          set: (head: unknown) => {
            heads.push(head);
          },
        });
      }
    }
    const server = createServer({ ServerResponse: IgnoringResponse }, (_, response) =>
      send(response, empty(403, "X-A", "b")),
    ).listen(0, "127.0.0.1");
    await once(server, "listening");

    const { port } = server.address() as { port: number };
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    server.close();

    expect(answer.status).toBe(403);
    expect(answer.headers.get("x-a")).toBe("b");
  });
});
