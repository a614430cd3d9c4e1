import type { ServerResponse } from "node:http";
import type { HttpResponse } from "./response.ts";

/** Where Node's `writeHead` puts a finished head, and that the connection ends with it. */
interface Headed {
  _header: string | null;
  _last: boolean;
}

/**
 * Writes an answer to Node's own response. `writeHead` would check and join the same lines again for each
 * request, which takes longer than the verdict, so the finished head goes where it would have put it.
 */
export function send(response: ServerResponse & Partial<Headed>, answer: HttpResponse): void {
  // Two in one would be taken for a whole one.
  if (response.headersSent) return void response.destroy();
  const { shouldKeepAlive } = response;
  // Whatever becomes of the head, no refusal may go out as Node's usual 200.
  response.statusCode = answer.status;
  response._header = answer.head + endOfHead(shouldKeepAlive);
  response._last = !shouldKeepAlive;
  // This asks Node whether it has taken it; a Node to come may keep it elsewhere.
  if (!response.headersSent) response.writeHead(answer.status, [...answer.headers]);
  // Without an argument an empty body leaves the head in Latin-1; a string would re-encode it.
  if (answer.body === "") response.end();
  else response.end(answer.body);
}

const ends = { second: 0, keptAlive: "", closed: "" };

/**
 * What is the same for all answers of a second (RFC 9110 §6.6.1). Only HTTP/1.0 needs to be told of `keep-alive`; for how
 * long nobody needs to be, as every proxy gives up sooner (see `bind.ts`).
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
