import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Header } from "./headers.ts";

/** A Lua function of APISIX in LuaJIT, the engine of APISIX. */
export interface Lua {
  run(headers: readonly Header[]): Promise<Header[]>;
  stop(): Promise<void>;
}

const host = join(import.meta.dirname, "lua-host.lua");

export async function startLua(code: string, file: string): Promise<Lua> {
  await writeFile(file, code);
  const child = spawn("luajit", [host, file], { stdio: ["pipe", "pipe", "inherit"] });
  await once(child, "spawn");
  let received = "";
  let wake = () => {};
  child.stdout.on("data", (chunk: Buffer) => {
    received += chunk.toString("latin1");
    wake();
  });
  child.on("exit", () => wake());
  let last: Promise<unknown> = Promise.resolve();

  /** Waits until a complete list has been received. */
  async function answer(): Promise<Header[]> {
    for (;;) {
      const [list, length] = listIn(received);
      if (list !== undefined) {
        received = received.slice(length);
        return list;
      }
      if (child.exitCode !== null) throw new Error("the Lua code failed");
      await new Promise<void>((resolve) => (wake = resolve));
    }
  }

  return {
    run(headers) {
      const mine = last.then(() => {
        const texts = headers.map(
          ([name, value]) => `${name.length} ${value.length}\n${name}${value}`,
        );
        child.stdin.write(Buffer.from(`${headers.length}\n${texts.join("")}`, "latin1"));
        return answer();
      });
      last = mine.catch(() => undefined);
      return mine;
    },
    async stop() {
      if (child.exitCode !== null) return;
      child.stdin.end();
      await once(child, "exit");
    },
  };
}

function listIn(text: string): [list: Header[] | undefined, length: number] {
  const [first, count] = /^(\d+)\n/.exec(text) ?? [];
  if (first === undefined) return [undefined, 0];
  let at = first.length;
  const list: Header[] = [];
  while (list.length < Number(count)) {
    const [sizes, name, value] = /^(\d+) (\d+)\n/.exec(text.slice(at, at + 20)) ?? [];
    if (sizes === undefined) return [undefined, 0];
    const start = at + sizes.length;
    at = start + Number(name) + Number(value);
    if (text.length < at) return [undefined, 0];
    list.push([text.slice(start, start + Number(name)), text.slice(start + Number(name), at)]);
  }
  return [list, at];
}
