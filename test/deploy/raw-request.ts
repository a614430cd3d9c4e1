import { once } from "node:events";
import { text } from "node:stream/consumers";
import { connect } from "node:tls";
import { appUrl, type Stand } from "./stand.ts";

interface RawAnswer {
  readonly status: number;
  /** Head and body, unparsed. */
  readonly text: string;
}

/** Sends a request to the app's host line by line, including lines that no client library would send. */
export async function sendLines({ proxy }: Stand, ...lines: string[]): Promise<RawAnswer> {
  const socket = connect({
    host: "127.0.0.1",
    port: proxy.https,
    servername: new URL(appUrl).hostname,
    rejectUnauthorized: false, // the certificate is the test's own
  });
  await once(socket, "secureConnect");
  const hasConnection = lines.some((line) => /^connection:/i.test(line));
  const whole = hasConnection ? lines : [...lines, "Connection: close"];
  socket.write(`${whole.join("\r\n")}\r\n\r\n`);
  const answer = await text(socket);
  return { status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1] ?? 0), text: answer };
}
