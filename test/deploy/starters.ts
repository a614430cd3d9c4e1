import { startApisix } from "../peers/apisix.ts";
import { startCaddy } from "../peers/caddy.ts";
import { startEnvoy } from "../peers/envoy.ts";
import { startHaproxy } from "../peers/haproxy.ts";
import { startNginx } from "../peers/nginx.ts";
import { startTraefik } from "../peers/traefik.ts";

/** Starts each proxy with its printed configuration. */
export const starters = {
  nginx: startNginx,
  caddy: startCaddy,
  haproxy: startHaproxy,
  envoy: startEnvoy,
  apisix: startApisix,
  traefik: startTraefik,
};

export type ProxyName = keyof typeof starters;

export const proxiesOfTests: readonly ProxyName[] = [
  "nginx",
  "caddy",
  "haproxy",
  "envoy",
  "apisix",
  "traefik",
];
