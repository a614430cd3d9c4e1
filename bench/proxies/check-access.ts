import { request } from "node:https";
import { text } from "node:stream/consumers";
import { parseRequest } from "../load.ts";
import { appHost } from "../peers/gatekeeper.ts";
import { page } from "./static-site.ts";
import type { Target } from "./targets.ts";

interface Response {
  readonly status: number | undefined;
  readonly body: string;
}

/** Throws unless the file comes back with a session and, if the proxy protects it, only then. */
export async function checkAccess(target: Target): Promise<void> {
  const allowed = await get(target, target.cookie);
  if (allowed.status !== 200 || allowed.body !== page.content)
    throw new Error(`${target.title} answers ${allowed.status} with a session: ${allowed.body}`);
  if (target.variant === "unprotected") return;
  for (const cookie of refusedCookies(target)) {
    const { status, body } = await get(target, cookie);
    if (status === 200 || body.includes(page.content.trim()))
      throw new Error(`${target.title} answers ${status} without a session`);
  }
}

/** The bare server refuses only a request without any cookie, which shows that the proxy asks it. */
function refusedCookies({ variant, cookie }: Target): (string | undefined)[] {
  if (variant === "bare") return [undefined];
  return [undefined, "theme=dark", cookie.replaceAll(/=[^;]*/g, forged)];
}

/** A value of the same length. */
function forged(value: string): string {
  return `=${"A".repeat(value.length - 1)}`;
}

/** The load's request with other cookies, or with none. */
function get(target: Target, cookie: string | undefined): Promise<Response> {
  const { path, headers } = parseRequest(target.request);
  const others = headers.filter(([name]) => name !== "Cookie");
  const sent = [...others, ...(cookie === undefined ? [] : [["Cookie", cookie]])].flat();
  return new Promise((resolve, reject) => {
    const options = {
      host: "127.0.0.1",
      port: target.port,
      servername: appHost,
      rejectUnauthorized: false, // the certificate is self-signed
      path,
      headers: sent,
      agent: false,
    };
    request(options, (response) => {
      text(response).then(
        (body) => resolve({ status: response.statusCode, body }),
        (error: unknown) => reject(error),
      );
    })
      .on("error", reject)
      .end();
  });
}
