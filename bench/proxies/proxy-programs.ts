import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { startCaddy } from "../../test/peers/caddy.ts";
import { startEnvoy } from "../../test/peers/envoy.ts";
import { startHaproxy } from "../../test/peers/haproxy.ts";
import { startNginx } from "../../test/peers/nginx.ts";
import { pathOf, programs } from "../../test/peers/programs.ts";
import type { Proxy, Wiring } from "../../test/peers/proxy-process.ts";
import { startTraefik } from "../../test/peers/traefik.ts";
import type { ProxyKind } from "./proxy-files.ts";

/** How to run a proxy on one core. */
interface ProxyProgram {
  start(wiring: Wiring): Promise<Proxy>;
  /** The argument that prints its version. */
  readonly version: string;
  /** The stream of its access log, which is discarded; nginx writes to a file. */
  readonly accessLog: "stdout" | "stderr" | "file";
  readonly args: readonly string[];
}

export const proxyPrograms: Readonly<Record<ProxyKind, ProxyProgram>> = {
  nginx: { start: startNginx, version: "-v", accessLog: "file", args: [] },
  caddy: { start: startCaddy, version: "version", accessLog: "stderr", args: [] },
  traefik: { start: startTraefik, version: "version", accessLog: "stdout", args: [] },
  envoy: {
    start: startEnvoy,
    version: "--version",
    accessLog: "stdout",
    args: ["--concurrency", "1"],
  },
  haproxy: { start: startHaproxy, version: "-v", accessLog: "stdout", args: [] },
};

export const proxyKinds: readonly ProxyKind[] = ["nginx", "caddy", "traefik", "envoy", "haproxy"];

export interface InstalledProxy {
  readonly kind: ProxyKind;
  readonly path: string;
  /** With its version. */
  readonly title: string;
}

/** The program that the tests installed, or the one on PATH; `undefined` if there is neither. */
export function installedProxy(kind: ProxyKind): InstalledProxy | undefined {
  const path = existsSync(pathOf(kind)) ? pathOf(kind) : onPath(kind);
  if (path === undefined) return undefined;
  const printed = execFileSync("sh", ["-c", '"$0" "$1" 2>&1', path, proxyPrograms[kind].version]);
  const [version = ""] = /\d+\.\d+\.\d+/.exec(String(printed)) ?? [];
  return { kind, path, title: `${programs[kind].title} ${version}`.trim() };
}

/** The path of a command on PATH. */
function onPath(name: string): string | undefined {
  try {
    const found = execFileSync("sh", ["-c", 'command -v "$0"', name], { encoding: "utf8" });
    return found.trim();
  } catch {
    return undefined;
  }
}
