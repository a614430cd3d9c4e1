import { get, type Agent, type IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** Sends one GET, on a new connection or one of the agent's. `headers` alternates names and values. */
export function ask(
  port: number,
  path: string,
  headers: readonly string[],
  agent: Agent | false = false,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, path, headers, agent };
    get(options, (answer) => {
      answer.resume();
      answer.once("end", () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers }),
      );
    }).on("error", reject);
  });
}

/** Whether a server on this port sends any bytes. */
export function answers(port: number, path = "/verify"): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: doorward\r\nConnection: close\r\n\r\n`);
    });
    socket.once("data", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
