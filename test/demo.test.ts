import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { startChild } from "../demo/proxy-child.ts";
import { freePort } from "./peers/free-port.ts";

interface Demo {
  readonly child: ChildProcess;
  /** What it has written so far, both streams. */
  said(): string;
  /** Waits until it has written this. */
  says(words: string): Promise<void>;
  exit(): Promise<number | null>;
}

const running = new Set<ChildProcess>();

afterEach(() => {
  for (const child of running) child.kill("SIGTERM");
  running.clear();
});

function startDemo(...args: string[]): Demo {
  const child = spawn(process.execPath, [join(import.meta.dirname, "../demo/demo.ts"), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
  const closed = once(child, "close");
  return {
    child,
    said: () => text,
    async says(words) {
      while (!text.includes(words)) {
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`the demo ended, and said: ${text}`);
        await Promise.race([once(child.stdout, "data"), closed]);
      }
    },
    async exit() {
      await closed;
      return child.exitCode;
    },
  };
}

/** The processes that this one has started. */
function childrenOf(pid: number): number[] {
  const listed = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return listed === "" ? [] : listed.split(" ").map(Number);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("the demo's own check", () => {
  it.each([
    ["caddy", "Caddy"],
    ["nginx", "nginx"],
    ["own", "the demo's own small proxy"],
  ])("makes the whole journey through %s and exits 0", async (proxy, label) => {
    const demo = startDemo("--check", "--proxy", proxy);

    const code = await demo.exit();

    const steps = demo.said().trimEnd().split("\n");
    expect(steps[0]).toContain(`through ${label} at http://localhost:`);
    expect(steps.slice(1)).toHaveLength(6);
    expect(steps.slice(1).every((line) => line.startsWith("ok "))).toBe(true);
    expect(code).toBe(0);
  });
});

describe("the demo", () => {
  it.each([
    ["SIGTERM", "caddy"],
    ["SIGTERM", "nginx"],
    ["SIGINT", "caddy"],
    ["SIGINT", "own"],
  ] as const)("ends on %s with exit 0, and %s with it", async (signal, proxy) => {
    const port = await freePort();
    const demo = startDemo("--proxy", proxy, "--port", String(port));
    await demo.says("Ctrl-C ends it all");
    const children = childrenOf(demo.child.pid ?? 0);

    demo.child.kill(signal);
    const code = await demo.exit();

    expect(code).toBe(0);
    expect(children).toHaveLength(proxy === "own" ? 0 : 1);
    expect(children.filter(isAlive)).toEqual([]);
    expect(demo.said()).toContain(`http://localhost:${port}`);
    expect(demo.said()).toMatch(/Ada {2}ada@example\.com .*\n.*Bob {2}bob@elsewhere\.example /);
  });

  it("names a port that is taken and exits 1", async () => {
    const holder = createServer().listen(0, "127.0.0.1");
    await once(holder, "listening");
    const { port } = holder.address() as AddressInfo;
    const demo = startDemo("--port", String(port));

    const code = await demo.exit();

    holder.close();
    expect(demo.said()).toContain(`port ${port} is taken`);
    expect(code).toBe(1);
  });

  it("takes nobody else's server for its proxy", async () => {
    const holder = createServer().listen(0, "127.0.0.1");
    await once(holder, "listening");
    const { port } = holder.address() as AddressInfo;

    const started = startChild({ program: "sleep", args: ["60"], port });

    await expect(started.finally(() => holder.close())).rejects.toThrow(`port ${port} is taken`);
  });

  it.each([
    [["--proxy", "apache"], '--proxy is one of caddy, nginx, own, not "apache"'],
    [["--port", "eighty"], '--port is a number from 1 to 65535, not "eighty"'],
    [["--chekc"], "Unknown option '--chekc'"],
  ])("refuses %j and says why", async (args, reason) => {
    const demo = startDemo(...args);

    const code = await demo.exit();

    expect(demo.said()).toContain(reason);
    expect(code).toBe(1);
  });
});
