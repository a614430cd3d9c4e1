import type { PublicHost } from "../public-hosts.ts";
import { realRequest } from "./real-request.ts";

/** A Traefik router, independent of the configuration format. */
export interface Router {
  readonly name: string;
  readonly rule: string;
  /** Always explicit: Traefik's default priority is the length of the rule. */
  readonly priority: number;
  readonly entryPoint: string;
  readonly middlewares: readonly string[];
  /** `doorward`, the name of the host's app, or `nowhere`. */
  readonly service: string;
}

/** A `forwardAuth` middleware. */
interface ForwardAuth {
  readonly name: string;
  /** The path of doorward's /verify. */
  readonly path: string;
}

/** `HostRegexp` takes a regular expression in v3, and a template in v2. */
export type Version = "v2" | "v3";

/** A middleware that replaces the path by one for which doorward answers 404. */
export const notFound = { name: "doorward-nothing", path: "/nothing" };

/** A middleware that redirects plain http to https. */
export const toHttps = { name: "doorward-https", scheme: "https", permanent: true } as const;

/** Traefik's service for a router whose middleware answers every request. */
export const nowhere = "noop@internal";

/**
 * Above the default priority, the length of the rule, so that an operator's own router with a longer rule does not make
 * a part of a host public by accident.
 */
export const appPriority = 10_000;
/** doorward's endpoints are above every router of an app. Between the two is room for the operator's own. */
export const endpointPriority = 20_000;

export function routersOf(hosts: readonly PublicHost[], version: Version): Router[] {
  const forwardAuths = forwardAuthsOf(hosts);
  const mounts = mountsOf(hosts);
  return [
    ...redirect(hosts, version),
    ...hosts.flatMap((host, index) => [
      ...metadata(host, version),
      ...endpoints(mounts.get(host) ?? [], version),
      ...(host.serves === "doorward"
        ? []
        : [guard(host, version, appPriority - index, forwardAuths)]),
    ]),
  ];
}

/**
 * The hosts that have doorward's endpoints, by the first of those that share a site: one router by path serves all hosts
 * of a site.
 */
function mountsOf(hosts: readonly PublicHost[]): Map<PublicHost, readonly PublicHost[]> {
  const mounted = hosts.filter(({ serves }) => serves !== "app");
  const shared = Map.groupBy(mounted, (host) => `${entryPointOf(host)} ${host.site}`);
  return new Map(
    [...shared.values()].flatMap((group) => (group[0] === undefined ? [] : [[group[0], group]])),
  );
}

/**
 * For our hosts only: a redirect of the whole entry point would send visitors of any host to that host. A challenge of
 * ACME (RFC 8555 §8.3) goes to the router of its solver, such as cert-manager's, which would get no certificate
 * otherwise. A token has no slash, so that no other path is left out.
 */
function redirect(hosts: readonly PublicHost[], version: Version): Router[] {
  const secure = hosts.filter((host) => entryPointOf(host) === "websecure");
  if (secure.length === 0) return [];
  return [
    {
      name: toHttps.name,
      rule: `(${anyOf(secure, version)}) && !${challenge[version]}`,
      priority: endpointPriority,
      entryPoint: "web",
      middlewares: [toHttps.name],
      service: nowhere,
    },
  ];
}

const challenge: Readonly<Record<Version, string>> = {
  v2: "Path(`/.well-known/acme-challenge/{token:[A-Za-z0-9_-]+}`)",
  v3: "PathRegexp(`^/\\.well-known/acme-challenge/[A-Za-z0-9_-]+$`)",
};

/** Where clients get tokens (RFC 9728): Traefik has no answers of its own, so doorward answers exactly this path. */
function metadata(host: PublicHost, version: Version): Router[] {
  return host.documents.map(({ path }, index) => ({
    name: `doorward-metadata-${index + 1}-${host.name}`,
    rule: `${hostRule(host, version)} && Path(\`${path}\`)`,
    priority: endpointPriority + 2,
    entryPoint: entryPointOf(host),
    middlewares: [],
    service: "doorward",
  }));
}

function endpoints(hosts: readonly PublicHost[], version: Version): Router[] {
  const [host] = hosts;
  if (host === undefined) return [];
  const { name, base } = host;
  const any = hosts.length === 1 ? hostRule(host, version) : `(${anyOf(hosts, version)})`;
  const under = (path: string) => `${any} && PathPrefix(\`${base}${path}\`)`;
  const common = { entryPoint: entryPointOf(host), service: "doorward" };
  return [
    {
      ...common,
      name: `doorward-verify-${name}`,
      rule: under("/verify"),
      priority: endpointPriority + 1,
      middlewares: [notFound.name],
    },
    {
      ...common,
      name: `doorward-public-${name}`,
      rule: under("/"),
      priority: endpointPriority,
      middlewares: [],
    },
  ];
}

function guard(
  host: PublicHost,
  version: Version,
  priority: number,
  forwardAuths: readonly ForwardAuth[],
): Router {
  const forwardAuth = forwardAuths.find(({ path }) => path === `${host.base}/verify`);
  // Without its middleware, the app would be public.
  if (forwardAuth === undefined) throw new TypeError(`no forwardAuth for ${host.authority}`);
  return {
    name: host.name,
    rule: hostRule(host, version),
    priority,
    entryPoint: entryPointOf(host),
    middlewares: [realRequest.name, forwardAuth.name],
    service: host.name,
  };
}

function anyOf(hosts: readonly PublicHost[], version: Version): string {
  return hosts.map((host) => hostRule(host, version)).join(" || ");
}

function hostRule({ host }: PublicHost, version: Version): string {
  if (!host.startsWith("*")) return `Host(\`${host}\`)`;
  const domain = host.slice(2);
  return version === "v3"
    ? `HostRegexp(\`^.+\\.${domain.replaceAll(".", "\\.")}$\`)`
    : `HostRegexp(\`{any:.+}.${domain}\`)`;
}

export function entryPointOf({ scheme, port }: PublicHost): string {
  if (scheme === "https") return port === 443 ? "websecure" : `websecure-${port}`;
  return port === 80 ? "web" : `web-${port}`;
}

/** One middleware for each site path that an app uses. */
export function forwardAuthsOf(hosts: readonly PublicHost[]): ForwardAuth[] {
  const guarded = hosts.filter(({ serves }) => serves !== "doorward");
  const bases = [...new Set(guarded.map(({ base }) => base))];
  return bases.map((base, index) => ({
    name: index === 0 ? "doorward" : `doorward-${index + 1}`,
    path: `${base}/verify`,
  }));
}
