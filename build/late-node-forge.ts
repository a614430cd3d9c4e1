import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** Stands in for node-forge, which listhen imports at every start and needs for self-signed certificates only. */
export default new Proxy(
  {},
  { get: (_, name): unknown => Reflect.get(require("node-forge") as object, name) },
);
