import { builtinDrivers } from "unstorage";

/** The module of a driver, by its name in unstorage. */
export function importDriver(name: string): Promise<unknown> {
  const path = new Map<string, string>(Object.entries(builtinDrivers)).get(name);
  return import(path ?? name);
}
