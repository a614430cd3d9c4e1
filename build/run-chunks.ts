import { Script } from "node:vm";
import { isLate, lateBuiltin } from "./late-builtin.ts";

/** The source of a chunk, and V8's compiled form of it. */
interface Chunk {
  readonly source: string;
  readonly codeCache: Buffer | undefined;
}

interface Module {
  exports: unknown;
}

type Run = (exports: unknown, require: (id: string) => unknown, module: Module) => void;

/**
 * Runs CommonJS chunks, each when another requires it first, and returns the scripts that have run by their chunks'
 * names. Node's own `require` cannot do this in a single executable: there it finds Node's modules only.
 */
export function runChunks(entry: string, read: (name: string) => Chunk): Map<string, Script> {
  const modules = new Map<string, Module>();
  const scripts = new Map<string, Script>();
  const require = (id: string): unknown => {
    if (id.startsWith("./")) return load(id.slice(2));
    if (isLate(id)) return lateBuiltin(id);
    return process.getBuiltinModule(id) ?? load(`${id}.js`);
  };

  function load(name: string): unknown {
    const known = modules.get(name);
    if (known !== undefined) return known.exports;
    const module: Module = { exports: {} };
    modules.set(name, module);
    const { source, codeCache } = read(name);
    const script = new Script(`(function (exports, require, module) {${source}\n})`, {
      filename: name,
      ...(codeCache && { cachedData: codeCache }),
    });
    scripts.set(name, script);
    const run: Run = script.runInThisContext();
    run(module.exports, require, module);
    return module.exports;
  }

  load(entry);
  return scripts;
}
