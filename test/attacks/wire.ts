import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";

/** Header names and values; a list, because a name may occur twice. */
export type Lines = readonly (readonly [name: string, value: string])[];

export interface WireAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Lines;
  /** The value of the first header of that name. */
  header(name: string): string | undefined;
  readonly body: string;
  /** Head and body as received. */
  readonly text: string;
}

export interface Head {
  readonly method?: string;
  /** The exact request target. */
  readonly target: string;
  readonly lines: Lines;
  readonly body?: string;
  /** The loopback address that the request comes from. */
  readonly from?: string;
}

/** Sends a request byte by byte as written, with headers that no client library would send. */
export async function ask(port: number, { lines, body = "", ...head }: Head): Promise<WireAnswer> {
  const written = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const start = `${head.method ?? "GET"} ${head.target} HTTP/1.1\r\n`;
  const bytes = Buffer.from(`${start}${written}Connection: close\r\n\r\n${body}`, "latin1");
  return parseAnswer(await sendBytes(port, bytes, head.from));
}

/** Sends bytes on a new connection; resolves with everything that arrives until the service closes it. */
export async function sendBytes(
  port: number,
  bytes: string | Buffer,
  localAddress = "127.0.0.1",
): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1", localAddress });
  await once(socket, "connect");
  socket.on("error", () => undefined); // the service may reset the connection after its response
  socket.write(bytes);
  return text(socket).catch(() => "");
}

/** One HTTP response. Throws if there is none, so that a lost connection never counts as a refusal. */
export function parseAnswer(response: string): WireAnswer {
  const end = response.indexOf("\r\n\r\n");
  const [statusLine = "", ...lines] = response.slice(0, end).split("\r\n");
  const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(statusLine) ?? [];
  if (status === undefined) throw new Error(`no HTTP response: ${JSON.stringify(response)}`);
  const headers = lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  return {
    status: Number(status),
    headers,
    header: (wanted) => headers.find(([name]) => name === wanted)?.[1],
    body: response.slice(end + 4),
    text: response,
  };
}
