import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { codeCacheOf, entryChunk } from "./assets.ts";
import { runChunks } from "./run-chunks.ts";

// Runs `serve` from the chunks until a message arrives, and then writes the compiled form of all that has run. V8 accepts
// it in the same release of Node, and compiles none of these functions again.
const [, program = "", folder = "", config = ""] = process.argv;
process.argv = [program, program, "serve", "--config", config];

const stop = once(process, "message");
process.channel?.unref(); // a start that fails ends the process
const scripts = runChunks(entryChunk, (name) => ({
  source: readFileSync(join(folder, name), "utf8"),
  codeCache: undefined,
}));
await stop;
for (const [name, script] of scripts)
  writeFileSync(join(folder, codeCacheOf(name)), script.createCachedData());
process.exit(0);
