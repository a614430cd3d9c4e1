const lateModules: ReadonlySet<string> = new Set(["child_process", "https", "tls"]);

/** Whether most starts do not need this module of Node's. All of them together take 3 MiB. */
export function isLate(id: string): boolean {
  return lateModules.has(id.replace(/^node:/, ""));
}

/** A module of Node's that is loaded when it is used. Chunks require it when they are loaded. */
export function lateBuiltin(id: string): object {
  const load = (): object => process.getBuiltinModule(id) ?? {};
  return new Proxy(
    {},
    {
      get: (_, name): unknown => Reflect.get(load(), name),
      has: (_, name) => Reflect.has(load(), name),
      ownKeys: () => Reflect.ownKeys(load()),
      getOwnPropertyDescriptor(_, name) {
        const found = Reflect.getOwnPropertyDescriptor(load(), name);
        // A proxy may not call a property fixed that its own target does not have.
        return found && { ...found, configurable: true };
      },
    },
  );
}
