import { join } from "node:path";
import { type Course, type Listening, type Reply, startDouble, type Visit } from "./double.ts";
import {
  bootstrapOf,
  type ExtAuthz,
  type Filter,
  type Manager,
  type Route,
} from "./envoy-bootstrap.ts";
import { endToEnd, nominated, setting, valueOf, without, type Header } from "./headers.ts";
import { startLua, type Lua } from "./lua.ts";
import type { Proxy } from "../proxy-process.ts";
import { ask } from "./question.ts";

/** Emulates Envoy for the settings in `envoy.yaml`. */
export async function startEnvoyDouble(
  text: string,
  folder: string,
  listening: Listening,
): Promise<Proxy> {
  const { managers, clusters } = bootstrapOf(text);
  const scripts = new Map<string, Lua>();
  for (const filter of managers.flatMap(({ filters }) => filters)) {
    if (!("lua" in filter)) continue;
    const file = join(folder, `${filter.name}.lua`);
    scripts.set(filter.name, await startLua("envoy", filter.lua, file));
  }
  const double = await startDouble(listening, decide);
  return {
    ...double,
    async stop() {
      await double.stop();
      await Promise.all([...scripts.values()].map((script) => script.stop()));
    },
  };

  async function decide(visit: Visit): Promise<Course> {
    const manager = managers.find(({ isTls }) => isTls === (visit.scheme === "https"));
    if (manager === undefined) throw new Error(`no listener for ${visit.scheme}`);
    const headers = received(visit, manager);
    if (headers === undefined) return { reply: local(manager, 400) };
    const route = routeOf(manager, visit);
    if (route === undefined) return { reply: local(manager, 404) };
    return walk(visit, manager, route, headers);
  }

  async function walk(
    visit: Visit,
    manager: Manager,
    route: Route,
    first: readonly Header[],
  ): Promise<Course> {
    let headers = first;
    for (const filter of manager.filters.filter(({ name }) => !route.disabled.includes(name))) {
      const after = await pass(visit, manager, filter, headers);
      if ("reply" in after) return after;
      ({ headers } = after);
    }
    if (route.redirect !== undefined) {
      const location = `https://${visit.host.replace(/:\d+$/, "")}${visit.target}`;
      return { reply: { status: route.redirect, headers: [["location", location]], body: "" } };
    }
    if (route.status !== undefined) return { reply: local(manager, route.status) };
    const to = clusters.get(route.cluster ?? "");
    if (to === undefined) throw new Error(`no cluster ${route.cluster}`);
    return {
      to,
      headers: [["host", visit.host], ...without(headers, ":authority"), ...framing(visit)],
      unreachable: local(manager, 503),
    };
  }

  async function pass(
    visit: Visit,
    manager: Manager,
    filter: Filter,
    headers: readonly Header[],
  ): Promise<{ reply: Reply } | { headers: readonly Header[] }> {
    if ("lua" in filter) {
      return { headers: (await scripts.get(filter.name)?.run(headers)) ?? headers };
    }
    const verdict = await ask(questionOf(visit, filter.extAuthz, headers));
    // A 5xx or no response counts as an error, not as a decision.
    if (verdict === undefined || verdict.status >= 500) {
      return { reply: local(manager, filter.extAuthz.statusOnError) };
    }
    if (verdict.status !== 200) {
      const kept = without(endToEnd(verdict.headers), "content-length", "date");
      return { reply: { status: verdict.status, headers: kept.map(lower), body: verdict.body } };
    }
    let next = [...headers];
    for (const name of filter.extAuthz.upstreamHeaders) {
      const value = valueOf(verdict.headers, name);
      if (value !== undefined) next = setting(next, name, value);
    }
    return { headers: next };
  }

  function questionOf(visit: Visit, extAuthz: ExtAuthz, headers: readonly Header[]) {
    // `authorization` is always allowed, then those in the file. Envoy joins repeated headers with a comma.
    const allowed = new Set(["authorization", ...extAuthz.allowedHeaders]);
    const merged = new Map<string, string>();
    for (const [name, value] of headers.filter(([own]) => allowed.has(own))) {
      const before = merged.get(name);
      merged.set(name, before === undefined ? value : `${before},${value}`);
    }
    for (const [name, value] of extAuthz.headersToAdd) merged.set(name, value);
    return {
      to: clusters.get(extAuthz.cluster) ?? "",
      method: visit.method,
      path: extAuthz.pathPrefix + visit.target,
      headers: [["host", visit.host], ["content-length", "0"], ...merged] as Header[],
      timeoutMs: extAuthz.timeoutMs,
    };
  }
}

/** The headers after the connection manager; undefined = it rejects the request. */
function received(visit: Visit, { trustedHops }: Manager): Header[] | undefined {
  const all = visit.headers.map(lower);
  // A visitor must not remove these headers by naming them in Connection.
  if (nominated(all).some((name) => /^x-forwarded-(for|host|proto)$/.test(name))) return undefined;
  const from = [valueOf(all, "x-forwarded-for"), visit.address].filter(Boolean).join(",");
  const sane = endToEnd(all).filter(
    ([name]) => !name.includes("_") && !name.startsWith("x-envoy-"),
  );
  const trusted = setting(
    setting(sane, "x-forwarded-for", from),
    "x-forwarded-proto",
    (trustedHops > 0 && valueOf(sane, "x-forwarded-proto")) || visit.scheme,
  );
  return [[":authority", visit.host], ...trusted];
}

/** The framing headers of the connection to the app. Only the WebSocket upgrade is forwarded. */
function framing({ headers }: Visit): Header[] {
  const isWebSocket = valueOf(headers, "upgrade")?.toLowerCase() === "websocket";
  const upgrade: Header[] = isWebSocket
    ? [
        ["connection", "upgrade"],
        ["upgrade", "websocket"],
      ]
    : [];
  const coding = valueOf(headers, "transfer-encoding");
  return coding === undefined ? upgrade : [...upgrade, ["transfer-encoding", coding]];
}

function routeOf({ virtualHosts }: Manager, { host, target }: Visit): Route | undefined {
  const name = host.toLowerCase();
  const exact = virtualHosts.find(({ domains }) => domains.includes(name));
  const wide = virtualHosts.find(({ domains }) =>
    domains.some((domain) => domain.startsWith("*") && name.endsWith(domain.slice(1))),
  );
  const path = target.split("?", 1)[0] ?? "";
  return (exact ?? wide)?.routes.find(({ prefix }) => path.startsWith(prefix));
}

/** Envoy's own response, which the file can map to another. */
function local({ localReplies }: Manager, status: number): Reply {
  const mapped = localReplies.find(({ from }) => status >= from);
  if (mapped === undefined) return { status, headers: [], body: "" };
  return { status: mapped.status, headers: mapped.headers, body: mapped.body };
}

function lower([name, value]: Header): Header {
  return [name.toLowerCase(), value];
}
