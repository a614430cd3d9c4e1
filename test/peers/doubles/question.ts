import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";
import { pairs } from "../echo-app.ts";
import type { Header } from "./headers.ts";

export interface Question {
  /** Address and port. */
  readonly to: string;
  readonly method: string;
  readonly path: string;
  readonly headers: readonly Header[];
  readonly timeoutMs: number;
}

interface Verdict {
  readonly status: number;
  readonly headers: readonly Header[];
  readonly body: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** Sends a proxy's request to doorward exactly as given; undefined = no response in time. */
export async function ask(question: Question): Promise<Verdict | undefined> {
  const { hostname, port } = new URL(`http://${question.to}`);
  const { promise, resolve } = Promise.withResolvers<Verdict | undefined>();
  const asked = request(
    {
      host: hostname,
      port: Number(port),
      method: question.method,
      path: question.path,
      headers: question.headers.flat(),
      setHost: false,
      agent,
      signal: AbortSignal.timeout(question.timeoutMs),
    },
    (answer) => {
      const { statusCode: status = 0, rawHeaders } = answer;
      text(answer).then(
        (body) => resolve({ status, headers: pairs(rawHeaders), body }),
        () => resolve(undefined),
      );
    },
  );
  asked.on("error", () => resolve(undefined));
  asked.end();
  return promise;
}
