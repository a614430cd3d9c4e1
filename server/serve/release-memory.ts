import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as v from "valibot";

/** After the first requests, which the collection would delay by some 20 ms. */
const afterMs = 200;

const collector = v.pipe(v.function(), v.args(v.tuple([v.unknown()])));

/**
 * Gives memory back that only the start needed: 8 to 14 MiB, which an idle process would keep for hours. The heap is small
 * now. A later call would stop the process for longer, because a collection visits every session in the cache.
 */
export function releaseStartMemory(): void {
  setTimeout(() => {
    // Only contexts that begin while this flag is set have the function.
    setFlagsFromString("--expose-gc");
    const collect = v.parse(collector, runInNewContext("gc"));
    setFlagsFromString("--no-expose-gc");
    collect({ type: "major", execution: "sync", flavor: "last-resort" });
  }, afterMs).unref();
}
