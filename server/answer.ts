import type { ServerResponse } from "node:http";

/** What an endpoint says, before any HTTP library sees it. Header names and values alternate. */
export interface Answer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
}

/** On every answer of ours: a cached verdict would outlive the session it was given for. */
export const noStore = ["Cache-Control", "no-store"] as const;

const emptyHeaders: readonly string[] = [...noStore, "Content-Length", "0"];

/**
 * An empty answer says so: without `Content-Length: 0` Node sends an empty chunked body, and nginx
 * and Caddy then throw the connection away.
 */
export function empty(status: number, ...headers: string[]): Answer {
  // Joined and not spread: such a list is as long as what is in it, and one hangs on every hot session.
  return { status, headers: emptyHeaders.concat(headers), body: "" };
}

export function json(status: number, value: object, ...headers: string[]): Answer {
  const body = JSON.stringify(value);
  return {
    status,
    headers: [
      ...noStore,
      "Content-Type",
      "application/json; charset=utf-8",
      "Content-Length",
      String(Buffer.byteLength(body)),
      ...headers,
    ],
    body,
  };
}

/** Never 307 or 308: those would send a form, and what it carries, on (RFC 9700 §4.12). */
export function redirect(status: 302 | 303, location: string, ...headers: string[]): Answer {
  return empty(status, "Location", location, "Referrer-Policy", "no-referrer", ...headers);
}

/** Writes an answer to Node's own response. A header value may hold UTF-8 bytes as Latin-1. */
export function send(response: ServerResponse, answer: Answer): void {
  // The flat array is Node's cheapest way, and the only one that keeps our own order and spelling.
  response.writeHead(answer.status, answer.headers as string[]);
  // Without an argument an empty body leaves the head in Latin-1; a string would re-encode it.
  if (answer.body === "") response.end();
  else response.end(answer.body);
}
