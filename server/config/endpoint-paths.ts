import { readPath } from "../policy/path-readings.ts";

/** The endpoints by their last segment. */
export const endpointNames = ["verify", "start", "callback", "sign_out"] as const;
export type EndpointName = (typeof endpointNames)[number];

/** Additional endpoints of oauth2-proxy, with `compat: oauth2-proxy`. */
export const compatNames = ["auth", "sign_in", "userinfo"] as const;
export type CompatName = (typeof compatNames)[number];

/** oauth2-proxy's endpoints that are not under the path of a site, with `compat: oauth2-proxy`. */
export const compatRoots = {
  "/": "root",
  "/ping": "ping",
  "/ready": "ready",
  "/robots.txt": "robots",
} as const;
export type CompatRoot = (typeof compatRoots)[keyof typeof compatRoots];

/** The paths of the endpoints under one path prefix. */
export interface EndpointPaths {
  has(path: string): boolean;
  /** Whether a server may read the path as one of them, in any spelling. */
  mayHave(path: string): boolean;
}

export function createEndpointPaths(base: string, hasCompat: boolean): EndpointPaths {
  const names = [...endpointNames, ...(hasCompat ? compatNames : [])];
  const paths = new Set(names.map((name) => `${base}/${name}`));
  const has = (path: string) => paths.has(path) || path.startsWith(`${base}/callback/`);
  return {
    has,
    mayHave: (path) => readPath(path).readings.some((segments) => has(`/${segments.join("/")}`)),
  };
}
