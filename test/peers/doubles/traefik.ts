import type { Proxy } from "../proxy-process.ts";
import { startDouble, type Course, type Listening, type Reply, type Visit } from "./double.ts";
import { endToEnd, nominated, setting, valueOf, without, type Header } from "./headers.ts";
import { ask } from "./question.ts";
import { settingsOf, type ForwardAuth } from "./traefik-files.ts";
import { ruleHolds } from "./traefik-rules.ts";

const timeoutMs = 30_000; // fixed in Traefik
const unreachable: Reply = { status: 502, headers: [], body: "Bad Gateway" };

/** The headers that the entry point removes from untrusted clients before it sets its own. */
const managed = [
  ...["For", "Host", "Method", "Port", "Prefix", "Proto", "Server", "Uri"].map(
    (part) => `X-Forwarded-${part}`,
  ),
  "X-Real-Ip",
];

/** Emulates Traefik for the settings in `traefik.yaml` and the dynamic file. */
export function startTraefikDouble(
  files: { readonly settings: string; readonly dynamic: string },
  listening: Listening,
): Promise<Proxy> {
  const { entryPoints, dynamic } = settingsOf(files.settings, files.dynamic);
  return startDouble(listening, decide);

  async function decide(visit: Visit): Promise<Course> {
    const entryPoint = entryPoints.get(visit.scheme);
    const host = visit.host.toLowerCase().replace(/:\d+$/, "");
    if (entryPoint?.isRedirected) {
      const location = `https://${host}${visit.target}`;
      return { reply: { status: 308, headers: [["Location", location]], body: "" } };
    }
    const subject = { host, path: visit.target.split("?", 1)[0] ?? "" };
    const router = Object.values(dynamic.routers)
      .filter((one) => one.entryPoints.includes(entryPoint?.name ?? ""))
      .toSorted((one, other) => other.priority - one.priority)
      .find(({ rule }) => ruleHolds(rule, subject));
    if (router === undefined) {
      return { reply: { status: 404, headers: [], body: "404 page not found\n" } };
    }
    return through(visit, router.middlewares, router.service);
  }

  async function through(
    visit: Visit,
    middlewares: readonly string[],
    service: string,
  ): Promise<Course> {
    let headers: readonly Header[] = entered(visit);
    let target: string | undefined;
    for (const name of middlewares) {
      const { forwardAuth, replacePath } = dynamic.middlewares[name] ?? {};
      if (replacePath !== undefined) target = replacePath.path;
      if (forwardAuth === undefined) continue;
      const after = await answered(visit, forwardAuth, headers);
      if ("reply" in after) return after;
      ({ headers } = after);
    }
    const url = dynamic.services[service]?.loadBalancer.servers[0].url ?? "";
    return {
      to: new URL(url).host,
      ...(target !== undefined && { target }),
      headers: [["Host", visit.host], ...headers, ...framing(visit)],
      unreachable,
    };
  }
}

/** The headers after the entry point. */
function entered(visit: Visit): Header[] {
  const names = visit.headers.filter(([name]) => !/[_.]/.test(name)); // aliasHeadersStrategy: delete
  return [
    ...without(endToEnd(names), ...nominated(names), ...managed),
    ["X-Forwarded-For", visit.address],
    ["X-Forwarded-Host", visit.host],
    ["X-Forwarded-Port", visit.scheme === "https" ? "443" : "80"],
    ["X-Forwarded-Proto", visit.scheme],
    ["X-Forwarded-Server", "traefik"],
    ["X-Real-Ip", visit.address],
  ];
}

/** The framing headers of the connection to the app. Any Upgrade is forwarded. */
function framing({ headers }: Visit): Header[] {
  const upgrade = valueOf(headers, "upgrade");
  const coding = valueOf(headers, "transfer-encoding");
  const isUpgrade = upgrade !== undefined && nominated(headers).includes("upgrade");
  return [
    ...(isUpgrade
      ? ([
          ["Connection", "Upgrade"],
          ["Upgrade", upgrade],
        ] as const)
      : []),
    ...(coding === undefined ? [] : ([["Transfer-Encoding", coding]] as const)),
  ];
}

async function answered(
  visit: Visit,
  settings: ForwardAuth,
  headers: readonly Header[],
): Promise<{ reply: Reply } | { headers: readonly Header[] }> {
  const { host, pathname } = new URL(settings.address);
  const passed = new Set(settings.authRequestHeaders.map((name) => name.toLowerCase()));
  const verdict = await ask({
    to: host,
    method: "GET",
    path: pathname,
    headers: [
      ["Host", host],
      ...headers.filter(([name]) => passed.has(name.toLowerCase())),
      ["X-Forwarded-Method", visit.method],
      ["X-Forwarded-Proto", visit.scheme],
      ["X-Forwarded-Host", visit.host],
      ["X-Forwarded-Uri", visit.target],
      ["X-Forwarded-For", visit.address],
    ],
    timeoutMs,
  });
  if (verdict === undefined) return { reply: { status: 500, headers: [], body: "" } };
  if (verdict.status < 200 || verdict.status >= 300) {
    const kept = without(endToEnd(verdict.headers), "Content-Length", "Location");
    const location = valueOf(verdict.headers, "Location");
    const absolute = location && new URL(location, settings.address).href;
    const shown = absolute ? setting(kept, "Location", absolute) : kept;
    return { reply: { status: verdict.status, headers: shown, body: verdict.body } };
  }
  let next = [...headers];
  for (const name of settings.authResponseHeaders) {
    const values = verdict.headers.filter(([own]) => own.toLowerCase() === name.toLowerCase());
    next = [...without(next, name), ...values.map(([, value]): Header => [name, value])];
  }
  return { headers: next };
}
