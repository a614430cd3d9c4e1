import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as v from "valibot";

/** After the first requests, which the collection would delay by some 20 ms. */
const afterMs = 200;

/**
 * Gives memory back that only the start needed: 8 to 14 MiB, which an idle process would keep for hours. The heap is small
 * now. A later call would stop the process for longer, because a collection visits every session in the cache.
 */
export function releaseStartMemory(): void {
  setTimeout(() => {
    const collect = globalThis.gc ?? findCollector();
    // An engine without this function keeps the memory.
    if (v.is(v.function(), collect))
      collect({ type: "major", execution: "sync", flavor: "last-resort" });
  }, afterMs).unref();
}

/** V8's own function, which only contexts that begin while this flag is set have. */
function findCollector(): unknown {
  setFlagsFromString("--expose-gc");
  const found: unknown = runInNewContext("globalThis.gc");
  setFlagsFromString("--no-expose-gc");
  return found;
}
