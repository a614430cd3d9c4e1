import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { Ports, Proxy } from "./front.ts";
import { startCaddy } from "./proxy-caddy.ts";
import { startNginx } from "./proxy-nginx.ts";
import { startOwnProxy } from "./proxy-own.ts";

/** In order of preference. */
export const proxyNames = ["caddy", "nginx", "own"] as const;
export type ProxyName = (typeof proxyNames)[number];

export const proxyLabels: Readonly<Record<ProxyName, string>> = {
  caddy: "Caddy",
  nginx: "nginx",
  own: "the demo's own small proxy",
};

/** The first proxy installed on this machine, or the built-in one. */
export function chooseProxy(): ProxyName {
  return proxyNames.find((name) => name === "own" || findProgram(name) !== undefined) ?? "own";
}

export async function startProxy(name: ProxyName, ports: Ports): Promise<Proxy> {
  if (name === "own") return startOwnProxy(ports);
  const program = findProgram(name);
  if (program === undefined)
    throw new Error(`${name} is not on PATH: install it, or use --proxy own`);
  return name === "caddy" ? startCaddy(program, ports) : startNginx(program, ports);
}

/** Debian installs nginx in /usr/sbin, which is only on root's PATH. */
function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  return folders
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
