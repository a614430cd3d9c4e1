import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChild, type Command } from "./proxy-child.ts";
import type { Proxy } from "./front.ts";

/** Runs a proxy with a configuration file in a temporary folder, which is removed with it. */
export async function startConfigured(
  { name, text }: { readonly name: string; readonly text: string },
  commandIn: (folder: string) => Command,
): Promise<Proxy> {
  const folder = await mkdtemp(join(tmpdir(), "doorward-demo-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await writeFile(join(folder, name), text);
    const child = await startChild(commandIn(folder));
    return { close: () => child.end().finally(remove) };
  } catch (error) {
    await remove();
    throw error;
  }
}
