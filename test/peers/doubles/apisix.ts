import { join } from "node:path";
import { addressReader } from "./apisix-address.ts";
import { chooseRoute, routesOf, type Plugins, type Route } from "./apisix-routes.ts";
import { startDouble, type Course, type Listening, type Reply, type Visit } from "./double.ts";
import { hopByHop, setting, valueOf, without, type Header } from "./headers.ts";
import { startLua, type Lua } from "./lua.ts";
import type { Proxy } from "../proxy-process.ts";
import { ask } from "./question.ts";

/** The response of nginx, on which APISIX is built, if the upstream is unreachable. */
const badGateway: Reply = { status: 502, headers: [["Content-Type", "text/html"]], body: "<html>" };

/** Emulates APISIX for the settings in `apisix.yaml`. */
export async function startApisixDouble(
  files: { readonly routes: string; readonly own: string },
  folder: string,
  listening: Listening,
): Promise<Proxy> {
  const { routes, upstreams } = routesOf(files.routes);
  const addressOf = addressReader(files.own);
  const scripts = new Map<string, Lua>();
  for (const { plugins } of routes) {
    for (const code of [...codeOf(plugins, "pre"), ...codeOf(plugins, "post")]) {
      const file = join(folder, `function-${scripts.size}.lua`);
      if (!scripts.has(code)) scripts.set(code, await startLua(code, file));
    }
  }
  const double = await startDouble(listening, decide);
  return {
    ...double,
    async stop() {
      await double.stop();
      await Promise.all([...scripts.values()].map((script) => script.stop()));
    },
  };

  async function decide(first: Visit): Promise<Course> {
    const visit = { ...first, address: addressOf(first) };
    const path = normalized(visit.target);
    if (path === undefined) return { reply: { status: 400, headers: [], body: "" } };
    // As nginx does: lower case, without the port or a trailing dot.
    const host = visit.host.toLowerCase().replace(/:\d+$/, "").replace(/\.$/, "");
    const upgrade = valueOf(visit.headers, "upgrade");
    const route = chooseRoute(routes, { ...visit, host, path, upgrade });
    if (route === undefined) {
      return { reply: { status: 404, headers: [], body: '{"error_msg":"404 Route Not Found"}' } };
    }
    const [, query = ""] = /(\?.*)$/s.exec(visit.target) ?? [];
    // In APISIX, request_uri is decoded and real_request_uri is the original.
    const variables: Header[] = [
      [":host", host],
      [":upstream_host", visit.host],
      [":request_uri", path + query],
      [":real_request_uri", visit.target],
      [":upstream_uri", ""],
    ];
    const names = visit.headers.filter(([name]) => /^[a-z0-9-]+$/i.test(name));
    return walk(visit, route, [...variables, ...names]);
  }

  async function walk(visit: Visit, route: Route, first: readonly Header[]): Promise<Course> {
    const { plugins } = route;
    const abort = plugins["fault-injection"]?.abort;
    if (abort !== undefined)
      return {
        reply: {
          status: abort.http_status,
          headers: Object.entries(abort.headers),
          body: visit.method === "HEAD" ? "" : abort.body,
        },
      };
    const asked = await answered(visit, plugins, await through(codeOf(plugins, "pre"), first));
    if ("reply" in asked) return asked;
    const removed = plugins["proxy-rewrite"]?.headers.remove ?? [];
    const kept = without(asked.headers, ...removed);
    if (plugins.redirect !== undefined) {
      const location = `https://${valueOf(kept, ":host")}${valueOf(kept, ":real_request_uri")}`;
      return { reply: { status: 308, headers: [["Location", location]], body: "" } };
    }
    return passed(visit, route, await through(codeOf(plugins, "post"), kept));
  }

  async function through(codes: readonly string[], first: readonly Header[]) {
    let headers = first;
    for (const code of codes) headers = (await scripts.get(code)?.run(headers)) ?? headers;
    return headers;
  }

  async function answered(
    visit: Visit,
    plugins: Plugins,
    headers: readonly Header[],
  ): Promise<{ reply: Reply } | { headers: readonly Header[] }> {
    const settings = plugins["forward-auth"];
    if (settings === undefined) return { headers };
    const { pathname, host } = new URL(settings.uri);
    const named = settings.request_headers.flatMap((name): Header[] => {
      const value = valueOf(headers, name); // the first of several lines
      return value === undefined ? [] : [[name, value]];
    });
    const verdict = await ask({
      to: host,
      method: "GET",
      path: pathname,
      headers: [
        ["Host", host],
        ["X-Forwarded-Proto", visit.scheme],
        ["X-Forwarded-Method", visit.method],
        ["X-Forwarded-Host", valueOf(headers, ":host") ?? ""],
        ["X-Forwarded-Uri", valueOf(headers, ":request_uri") ?? ""],
        ["X-Forwarded-For", visit.address],
        ...named,
      ],
      timeoutMs: settings.timeout,
    });
    if (verdict === undefined) {
      return { reply: { status: settings.status_on_error, headers: [], body: "<html>" } };
    }
    if (verdict.status >= 300) {
      const shown = new Set(settings.client_headers.map((name) => name.toLowerCase()));
      const kept = verdict.headers.filter(([name]) => shown.has(name.toLowerCase()));
      return { reply: { status: verdict.status, headers: kept, body: verdict.body } };
    }
    let next = [...headers];
    for (const name of settings.upstream_headers) {
      const value = valueOf(verdict.headers, name);
      next = value === undefined ? without(next, name) : setting(next, name, value);
    }
    return { headers: next };
  }

  function passed(visit: Visit, route: Route, headers: readonly Header[]): Course {
    const coding = valueOf(headers, "transfer-encoding");
    const upgrade = valueOf(headers, "upgrade");
    const host = valueOf(headers, ":upstream_host") ?? visit.host;
    const from = [valueOf(headers, "x-forwarded-for"), visit.address].filter(Boolean).join(", ");
    const sent = headers.filter(([name]) => !name.startsWith(":"));
    return {
      to: upstreams.get(route.upstream_id ?? "") ?? "",
      headers: [
        ["Host", host],
        ...without(sent, ...hopByHop, "x-real-ip", "x-forwarded-for", "x-forwarded-proto"),
        ...(coding === undefined ? [] : [["Transfer-Encoding", coding] as const]),
        ["X-Real-IP", visit.address],
        ["X-Forwarded-For", from],
        ["X-Forwarded-Proto", valueOf(headers, "x-forwarded-proto") ?? visit.scheme],
        ["X-Forwarded-Host", valueOf(headers, "x-forwarded-host") ?? host],
        ...(route.enable_websocket && upgrade !== undefined
          ? ([
              ["Upgrade", upgrade],
              ["Connection", valueOf(headers, "connection") ?? ""],
            ] as const)
          : []),
      ],
      unreachable: badGateway,
    };
  }
}

function codeOf(plugins: Plugins, when: "pre" | "post"): readonly string[] {
  return plugins[`serverless-${when}-function`]?.functions ?? [];
}

/** nginx's `$uri`; undefined if nginx rejects it: above the root, a NUL, an incomplete escape. */
function normalized(target: string): string | undefined {
  const [raw = ""] = target.split("?", 1);
  if (!raw.startsWith("/") || /%(?![0-9a-f]{2})|%00/i.test(raw)) return undefined;
  const path = raw.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) =>
    Buffer.from(escapes.replaceAll("%", ""), "hex").toString("latin1"),
  );
  const segments: string[] = [];
  for (const segment of path.split("/").slice(1)) {
    if (segment === ".." && segments.pop() === undefined) return undefined;
    if (segment !== ".." && segment !== "." && segment !== "") segments.push(segment);
  }
  const isOpen = /\/\.{0,2}$/.test(path) && segments.length > 0;
  return `/${segments.join("/")}${isOpen ? "/" : ""}`;
}
