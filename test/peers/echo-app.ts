import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";

/** One request as the app received it. */
export interface Heard {
  readonly method: string;
  readonly url: string;
  /** Names in their original spelling, with their values. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly bodyBytes: number;
}

export interface EchoApp {
  readonly port: number;
  readonly heard: Heard[];
  connections: number;
  close(): Promise<void>;
}

/**
 * An app without a login of its own that records each request and returns it as JSON. `/answers/404` answers with that
 * status and two cookies; 401 also has a `WWW-Authenticate`. WebSockets echo.
 */
export async function startEchoApp(): Promise<EchoApp> {
  const heard: Heard[] = [];
  const sockets = new WebSocketServer({ noServer: true });
  const server = createServer({ maxHeaderSize: 64 * 1024 }, (request, response) => {
    void echo(request, response, heard);
  });
  server.on("upgrade", (request, socket, head) => {
    heard.push(received(request, 0));
    sockets.handleUpgrade(request, socket, head, (peer) => {
      peer.on("message", (data, isBinary) => peer.send(data, { binary: isBinary }));
      // A frame that is cut or broken when the browser leaves: without a listener it would end the test run.
      peer.on("error", () => peer.terminate());
    });
  });
  server.on("connection", () => app.connections++);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const app: EchoApp = {
    port: (server.address() as AddressInfo).port,
    heard,
    connections: 0,
    async close() {
      for (const peer of sockets.clients) peer.terminate();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return app;
}

async function echo(request: IncomingMessage, response: ServerResponse, heard: Heard[]) {
  let bodyBytes = 0;
  for await (const chunk of request) bodyBytes += (chunk as Buffer).length;
  const record = received(request, bodyBytes);
  heard.push(record);
  const [, status] = /^\/answers\/(\d{3})$/.exec(record.url) ?? [];
  if (status !== undefined) response.setHeader("Set-Cookie", ["basket=3; Path=/", "theme=dark"]);
  if (status === "401") response.setHeader("WWW-Authenticate", 'Basic realm="app"');
  response.writeHead(Number(status ?? 200), { "Content-Type": "application/json" });
  response.end(JSON.stringify(record));
}

function received(
  { method = "", url = "", rawHeaders }: IncomingMessage,
  bodyBytes: number,
): Heard {
  return { method, url, headers: pairs(rawHeaders), bodyBytes };
}

/** Splits Node's flat list of names and values into pairs. */
export function pairs(rawHeaders: readonly string[]): [string, string][] {
  const list: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    list.push([rawHeaders[index] ?? "", rawHeaders[index + 1] ?? ""]);
  }
  return list;
}
