#!/usr/bin/env node
import { enableCompileCache } from "node:module";
import { join } from "node:path";

// Reading and compiling the source is most of a start. What comes of it is kept beside the code, for whoever
// may write there could change the code itself; that is not so of the usual place in /tmp. Where nobody may
// write, it goes without. This file is no TypeScript, or the compiler would be loaded for it alone.
enableCompileCache(join(import.meta.dirname, "../../node_modules/.cache/doorward"));
await import("./cli.ts");
