import { onFirstCall } from "../memory/on-first-call.ts";

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** An idle connection is closed before the issuer's own limit, usually five seconds or more: a request sent then is lost. */
const idleMs = 4_000;

/**
 * `fetch` that keeps connections to issuers open, and costs a fraction of Node's own. It verifies certificates and limits
 * heads as that does, follows no redirect, and never repeats a request. The first request loads it.
 */
export function createKeptFetch(): Fetch {
  return onFirstCall(open);
}

async function open(): Promise<Fetch> {
  const { fetchOver } = await import("./agent-fetch.ts");
  const options = { keepAlive: true, timeout: idleMs };
  const plain = new (process.getBuiltinModule("node:http").Agent)(options);
  const secure = new (process.getBuiltinModule("node:https").Agent)(options);
  return (url, init) =>
    fetchOver(url.startsWith("https:") ? secure : plain, url, init, `to ${new URL(url).origin}`);
}
