import type { Proxy } from "../proxy-process.ts";
import { startDouble, type Course, type Listening, type Reply, type Visit } from "./double.ts";
import { endToEnd, nominated, setting, valueOf, without, type Header } from "./headers.ts";
import { ask } from "./question.ts";
import { settingsOf, type EntryPoint, type ForwardAuth } from "./traefik-files.ts";
import { ruleHolds } from "./traefik-rules.ts";

const timeoutMs = 30_000; // fixed in Traefik
const unreachable: Reply = { status: 502, headers: [], body: "Bad Gateway" };

/** The headers that the entry point removes from untrusted clients before it sets its own. */
const managed: ReadonlySet<string> = new Set([
  ...["for", "host", "method", "port", "prefix", "proto", "server", "uri"].map(
    (part) => `x-forwarded-${part}`,
  ),
  "x-real-ip",
]);

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
    return through(visit, entered(visit, entryPoint), router.middlewares, router.service);
  }

  async function through(
    visit: Visit,
    first: readonly Header[],
    middlewares: readonly string[],
    service: string,
  ): Promise<Course> {
    let headers = first;
    let target: string | undefined;
    for (const name of middlewares) {
      const { forwardAuth, headers: changes, replacePath } = dynamic.middlewares[name] ?? {};
      if (changes !== undefined)
        headers = without(headers, ...Object.keys(changes.customRequestHeaders));
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

/** The headers after the entry point. Those of a trusted peer are kept, and the missing ones added. */
function entered(visit: Visit, entryPoint: EntryPoint | undefined): Header[] {
  const names = visit.headers.filter(([name]) => !/[_.]/.test(name)); // aliasHeadersStrategy: delete
  const isTrusted = entryPoint?.trustedIPs.includes(visit.address) ?? false;
  const kept = endToEnd(names).filter(([name]) => isTrusted || !managed.has(name.toLowerCase()));
  const before = kept.filter(([name]) => name.toLowerCase() === "x-forwarded-for");
  const added: Header[] = [
    ["X-Forwarded-Host", visit.host],
    ["X-Forwarded-Port", visit.scheme === "https" ? "443" : "80"],
    ["X-Forwarded-Proto", visit.scheme],
    ["X-Real-Ip", visit.address],
  ];
  return [
    ...without(kept, "X-Forwarded-For", "X-Forwarded-Server"),
    ...added.filter(([name]) => (valueOf(kept, name) ?? "") === ""),
    ["X-Forwarded-Server", "traefik"],
    ["X-Forwarded-For", [...before.map(([, value]) => value), visit.address].join(", ")],
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

/** The managed headers that `trustForwardHeader` passes to the auth service unchanged. */
function isCopied(name: string): boolean {
  return /^(x-forwarded-(port|prefix|server)|x-real-ip)$/i.test(name);
}

async function answered(
  visit: Visit,
  settings: ForwardAuth,
  headers: readonly Header[],
): Promise<{ reply: Reply } | { headers: readonly Header[] }> {
  const { host, pathname } = new URL(settings.address);
  const passed = new Set(settings.authRequestHeaders.map((name) => name.toLowerCase()));
  // `trustForwardHeader` believes whatever the entry point and the middlewares before this one left.
  const told = (name: string, own: string) =>
    (settings.trustForwardHeader && valueOf(headers, name)) || own;
  const verdict = await ask({
    to: host,
    method: "GET",
    path: pathname,
    headers: [
      ["Host", host],
      ...headers.filter(
        ([name]) =>
          passed.has(name.toLowerCase()) || (settings.trustForwardHeader && isCopied(name)),
      ),
      ["X-Forwarded-Method", told("X-Forwarded-Method", visit.method)],
      ["X-Forwarded-Proto", told("X-Forwarded-Proto", visit.scheme)],
      ["X-Forwarded-Host", told("X-Forwarded-Host", visit.host)],
      ["X-Forwarded-Uri", told("X-Forwarded-Uri", visit.target)],
      ["X-Forwarded-For", told("X-Forwarded-For", visit.address)],
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
  const family = new RegExp(settings.authResponseHeadersRegex.slice("(?i)".length), "i");
  const isOf = ([name]: Header) => family.test(name);
  return { headers: [...next.filter((one) => !isOf(one)), ...verdict.headers.filter(isOf)] };
}
