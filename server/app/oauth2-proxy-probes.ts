import { text, type HttpResponse } from "../http/response.ts";
import { reasonsOf } from "../observe/log.ts";
import type { VisitorLog } from "../observe/visitor-log.ts";
import type { Store } from "../store/store.ts";

export type ProbeName = "ping" | "ready" | "robots";
export type Probe = () => HttpResponse | Promise<HttpResponse>;

/** oauth2-proxy's `/ping`, `/ready` and `/robots.txt`, for probes and crawlers that know only that tool. */
export function createOAuth2ProxyProbes(
  store: Pick<Store, "get">,
  log: Pick<VisitorLog, "error">,
): Readonly<Record<ProbeName, Probe>> {
  let asked: Promise<HttpResponse> | undefined;
  return { ping: () => ok, ready, robots: () => robots };

  /** Anyone can ask, so that requests at the same time share one read of the store. */
  function ready(): Promise<HttpResponse> {
    asked ??= readiness().finally(() => (asked = undefined));
    return asked;
  }

  async function readiness(): Promise<HttpResponse> {
    try {
      await store.get("ready:probe");
      return ok;
    } catch (error) {
      log.error({ reason: reasonsOf(error) }, "not ready: the session store cannot be reached");
      return text(500, "error: the session store cannot be reached");
    }
  }
}

const ok = text(200, "OK");
const robots = text(200, "User-agent: *\nDisallow: /\n");
