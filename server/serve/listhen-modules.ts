import { Module } from "node:module";

/**
 * What listhen requires when it loads, and uses only for HTTPS, a self-signed certificate, a QR code, or messages that
 * doorward turns off: 50 files and TLS, which take 10 MiB.
 */
const late: ReadonlySet<string> = new Set([
  "node-forge",
  "consola",
  "uqr",
  "https",
  "node:https",
  "node:child_process",
]);

/**
 * Calls a function that requires listhen. Instead of each of these modules listhen gets a stand-in, which loads the module
 * when listhen uses it.
 */
export function withLateModules<T>(requireListhen: () => T): T {
  const { require } = Module.prototype;
  Module.prototype.require = function requireLate(this: NodeJS.Module, id: string): unknown {
    const load = (): unknown => require.call(this, id);
    return late.has(id) ? standIn(load) : load();
  };
  try {
    return requireListhen();
  } finally {
    Module.prototype.require = require;
  }
}

function standIn(load: () => unknown): object {
  return new Proxy({}, { get: (_, name): unknown => Reflect.get(Object(load()), name) });
}
