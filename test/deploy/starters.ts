import { startApisix } from "../peers/apisix.ts";
import { startCaddy } from "../peers/caddy.ts";
import { startEnvoy } from "../peers/envoy.ts";
import { startHaproxy } from "../peers/haproxy.ts";
import { startNginx } from "../peers/nginx.ts";
import { pathOf, programs, without, type ProgramName } from "../peers/programs.ts";
import type { Proxy, Wiring } from "../peers/proxy-process.ts";
import { startTraefik } from "../peers/traefik.ts";

const starters = {
  nginx: startNginx,
  caddy: startCaddy,
  haproxy: startHaproxy,
  envoy: startEnvoy,
  apisix: startApisix,
  traefik: startTraefik,
};

export type ProxyKind = keyof typeof starters;

/** A proxy in one version. */
export interface TestedProxy {
  readonly name: string;
  readonly kind: ProxyKind;
  /** Starts it with its printed configuration. */
  start(wiring: Wiring): Promise<Proxy>;
}

/** Each proxy: the oldest supported version, from Debian's package, and today's, as far as there are two. */
export const proxiesOfTests: readonly TestedProxy[] = [
  { name: "Debian's nginx", kind: "nginx", start: startNginx },
  ...today("nginx"),
  { name: "Debian's Caddy", kind: "caddy", start: startCaddy },
  ...today("caddy"),
  { name: "Debian's HAProxy", kind: "haproxy", start: startHaproxy },
  ...today("haproxy"),
  ...today("envoy"),
  { name: "the double of APISIX", kind: "apisix", start: startApisix },
  ...today("traefik"),
];

/** None if the run leaves the program out. */
function today(kind: ProxyKind & ProgramName): TestedProxy[] {
  if (without.has(kind)) return [];
  const { title, version } = programs[kind];
  const program = pathOf(kind);
  return [
    {
      name: `${title} ${version.replace(/\.\d+$/, "")}`,
      kind,
      start: (wiring) => starters[kind]({ ...wiring, program }),
    },
  ];
}
