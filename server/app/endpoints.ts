import type { IncomingMessage, RequestListener } from "node:http";
import { compatNames, endpointNames, type CompatName, type EndpointName } from "../config/site.ts";
import type { SiteContext } from "../context.ts";

const methods: Record<EndpointName | CompatName, readonly string[] | undefined> = {
  auth: undefined,
  sign_in: ["GET", "HEAD"],
  verify: undefined, // any: proxies pass the visitor's method on, and HAProxy asks with HEAD
  start: ["GET", "HEAD"],
  callback: ["GET"],
  sign_out: ["GET", "POST"],
};

/** What stands at a path. */
export interface Target {
  readonly name: EndpointName | CompatName;
  readonly sharing: readonly Entrance[];
  /** Whose own callback it is; undefined = everybody's. */
  readonly provider: string | undefined;
}

/** One site's way to answer, for everything but `/verify`. */
export interface Entrance {
  readonly context: SiteContext;
  readonly handler: RequestListener;
}

/** Everything that there is, by its path as it goes over the wire. */
export function targetsOf(entrances: readonly Entrance[]): ReadonlyMap<string, Target> {
  const bases = Map.groupBy(entrances, ({ context }) => context.site.base);
  const endpoints = new Map<string, Target>();
  for (const [base, sharing] of bases) {
    const hasCompat = sharing.some(({ context }) => context.config.compat !== undefined);
    for (const name of [...endpointNames, ...(hasCompat ? compatNames : [])])
      endpoints.set(`${base}/${name}`, { name, sharing, provider: undefined });
    const several = sharing.filter(
      ({ context }) => Object.keys(context.config.providers).length > 1,
    );
    for (const provider of several.flatMap(({ context }) => Array.from(context.parties.keys()))) {
      endpoints.set(`${base}/callback/${provider}`, { name: "callback", sharing, provider });
    }
  }
  return endpoints;
}

/** Sites that share a path are told apart by the host that the browser asked for. */
export function entranceOf(
  sharing: readonly Entrance[],
  { rawHeaders }: Pick<IncomingMessage, "rawHeaders">,
): Entrance | undefined {
  if (sharing.length <= 1) return sharing[0];
  const asked = hostIn(rawHeaders);
  const named = ({ context: { site } }: Entrance) => asked === site.url.hostname; // nginx's $host has no port
  return sharing.find(({ context: { site } }) => asked === site.url.host) ?? sharing.find(named);
}

/** The first `Host`, in one spelling. From the raw headers: all of them in an object cost more than a verdict. */
function hostIn(rawHeaders: readonly string[]): string {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.length !== 4 || name.toLowerCase() !== "host") continue;
    const host = (rawHeaders[index + 1] as string).toLowerCase();
    const ownPort = [":443", ":80"].find((port) => host.endsWith(port)) ?? "";
    const bare = host.slice(0, host.length - ownPort.length);
    return bare.endsWith(".") ? bare.slice(0, -1) : bare;
  }
  return "";
}

/** A POST to a callback is for providers alone that answer by one. */
export function methodsOf(
  { name, provider }: Target,
  { context: { parties } }: Entrance,
): readonly string[] | undefined {
  const answering = provider === undefined ? [...parties.values()] : [parties.get(provider)];
  const takesForm = answering.some((party) => party?.provider.responseMode === "form_post");
  return name === "callback" && takesForm ? ["GET", "POST"] : methods[name];
}
