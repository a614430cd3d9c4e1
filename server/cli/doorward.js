#!/usr/bin/env node
import { enableCompileCache } from "node:module";
import { join } from "node:path";

// Reading and compiling the source is most of a start, so the result is cached next to the code: a user who may
// write there could change the code itself, which is not true of Node's usual place in /tmp. A read-only folder
// means no cache. This file is JavaScript, as TypeScript would load the compiler for it alone.
enableCompileCache(join(import.meta.dirname, "../../node_modules/.cache/doorward"));
await import("./cli.ts");
