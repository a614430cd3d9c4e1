import type { ServerResponse } from "node:http";
import type { HttpResponse } from "./response.ts";

/** The fields in which Node's `writeHead` keeps a finished head and the end of the connection. */
interface Headed {
  _header: string | null;
  _last: boolean;
}

/**
 * Writes a response to Node's own response object. `writeHead` would check and join the same lines again for each
 * request, which takes longer than the decision, so this sets Node's field for the finished head.
 */
export function send(response: ServerResponse & Partial<Headed>, result: HttpResponse): void {
  // A second response would corrupt the connection.
  if (response.headersSent) return void response.destroy();
  const { shouldKeepAlive } = response;
  // If Node ignores the head, a refusal must still not become Node's default 200.
  response.statusCode = result.status;
  response._header = result.head + endOfHead(shouldKeepAlive);
  response._last = !shouldKeepAlive;
  // False if a later Node keeps the head in another field.
  if (!response.headersSent) response.writeHead(result.status, [...result.headers]);
  // Without an argument an empty body leaves the head in Latin-1; a string would re-encode it.
  if (result.body === "") response.end();
  else response.end(result.body);
}

const ends = { second: 0, keptAlive: "", closed: "" };

/**
 * The end of the head, which all responses of one second share (RFC 9110 §6.6.1). Only HTTP/1.0 needs `keep-alive`. A
 * `Keep-Alive` with a timeout is not needed, because every proxy closes idle connections sooner (see `bind.ts`).
 */
function endOfHead(isKeptAlive: boolean): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== ends.second) {
    const date = `Date: ${new Date(second * 1000).toUTCString()}\r\n`;
    ends.second = second;
    ends.keptAlive = `${date}Connection: keep-alive\r\n\r\n`;
    ends.closed = `${date}Connection: close\r\n\r\n`;
  }
  return isKeptAlive ? ends.keptAlive : ends.closed;
}
