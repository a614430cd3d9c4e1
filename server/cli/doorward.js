#!/usr/bin/env node
// Releases before 26.6 drop the header lines after the first thousand, and with them what the proxy says about a
// request. Nothing is imported before this check, because an older Node fails at an import without naming a version.
const needed = "26.6"; // `engines` in package.json
const [major, minor] = process.versions.node.split(".").map(Number);
const [neededMajor, neededMinor] = needed.split(".").map(Number);
if (major < neededMajor || (major === neededMajor && minor < neededMinor)) {
  process.stderr.write(
    `doorward needs Node ${needed} or newer, and this is Node ${process.versions.node}: install a newer Node\n`,
  );
  process.exit(1);
}

// Reading and compiling the source is most of a start, so the result is cached next to the code: a user who may
// write there could change the code itself, which is not true of Node's usual place in /tmp. A read-only folder
// means no cache. This file is JavaScript, as TypeScript would load the compiler for it alone.
const { enableCompileCache } = await import("node:module");
const { join } = await import("node:path");
enableCompileCache(join(import.meta.dirname, "../../node_modules/.cache/doorward"));
// citty reads this when it loads, and writes colours into pipes and files otherwise.
if (!process.stdout.isTTY || !process.stderr.isTTY || process.env.NO_COLOR)
  process.env.NO_COLOR = "1";
const { runCli } = await import("./cli.ts");
// Loaded when it runs: its issuer is a development package.
await runCli({ demo: async () => (await import("../../demo/demo.ts")).demo });
