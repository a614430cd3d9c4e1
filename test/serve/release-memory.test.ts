import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const file = new URL("../../server/serve/release-memory.ts", import.meta.url);

// In a process of its own: the objects of a test stay reachable from its frame.
const program = `
const { releaseStartMemory } = await import(${JSON.stringify(file.href)});
const registry = new FinalizationRegistry((what) => console.log(what, typeof globalThis.gc));
(() => registry.register({}, "collected"))();
if (process.argv[1] === "release") releaseStartMemory();
setTimeout(() => {}, 600);
`;

async function run(...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--input-type=module",
    "--eval",
    program,
    ...words,
  ]);
  return stdout;
}

it("collects what only the start needed, and leaves no collector behind", async () => {
  expect(await run("release")).toBe("collected undefined\n");
});

it("nothing else would have collected it", async () => {
  expect(await run()).toBe("");
});
