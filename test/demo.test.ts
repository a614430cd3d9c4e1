import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { root } from "../docs/source-files.ts";
import { startChild } from "../demo/proxy-child.ts";
import { freePort } from "./peers/free-port.ts";

interface Demo {
  readonly child: ChildProcess;
  /** The output so far, stdout and stderr. */
  output(): string;
  /** Waits until the output contains this text. */
  waitFor(text: string): Promise<void>;
  exit(): Promise<number | null>;
}

const running = new Set<ChildProcess>();

afterEach(() => {
  for (const child of running) child.kill("SIGTERM");
  running.clear();
});

function startDemo(...args: string[]): Demo {
  const child = spawn(process.execPath, [join(root, "server/cli/doorward.js"), "demo", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  const closed = once(child, "close");
  return {
    child,
    output: () => output,
    async waitFor(text) {
      while (!output.includes(text)) {
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`the demo ended with the output: ${output}`);
        await Promise.race([once(child.stdout, "data"), closed]);
      }
    },
    async exit() {
      await closed;
      return child.exitCode;
    },
  };
}

/** The child processes of this process. */
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

describe("npm run demo -- --check", () => {
  it.each([
    ["caddy", "Caddy"],
    ["nginx", "nginx"],
    ["own", "the demo's own small proxy"],
  ])("passes every step through %s and exits 0", async (proxy, label) => {
    const demo = startDemo("--check", "--proxy", proxy);

    const code = await demo.exit();

    const steps = demo.output().trimEnd().split("\n");
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
  ] as const)("stops on %s with exit 0, and stops %s too", async (signal, proxy) => {
    const port = await freePort();
    const demo = startDemo("--proxy", proxy, "--port", String(port));
    await demo.waitFor("Ctrl-C stops everything");
    const children = childrenOf(demo.child.pid ?? 0);

    demo.child.kill(signal);
    const code = await demo.exit();

    expect(code).toBe(0);
    expect(children).toHaveLength(proxy === "own" ? 0 : 1);
    expect(children.filter(isAlive)).toEqual([]);
    expect(demo.output()).toContain(`http://localhost:${port}`);
    expect(demo.output()).toMatch(/Ada {2}ada@example\.com .*\n.*Bob {2}bob@elsewhere\.example /);
  });

  it("reports a port in use and exits 1", async () => {
    const holder = createServer().listen(0, "127.0.0.1");
    await once(holder, "listening");
    const { port } = holder.address() as AddressInfo;
    const demo = startDemo("--port", String(port));

    const code = await demo.exit();

    holder.close();
    expect(demo.output()).toContain(`port ${port} is in use`);
    expect(code).toBe(1);
  });

  it("does not mistake another server on the port for its proxy", async () => {
    const holder = createServer().listen(0, "127.0.0.1");
    await once(holder, "listening");
    const { port } = holder.address() as AddressInfo;

    const started = startChild({ program: "sleep", args: ["60"], port });

    await expect(started.finally(() => holder.close())).rejects.toThrow(`port ${port} is in use`);
  });

  it.each([
    [["--proxy", "apache"], '--proxy must be one of caddy, nginx, own, not "apache"'],
    [["--port", "eighty"], '--port must be a number from 1 to 65535, not "eighty"'],
    [["--chekc"], 'unknown option "--chekc"; available: --check, --port, --proxy'],
  ])("rejects %j with the reason", async (args, reason) => {
    const demo = startDemo(...args);

    const code = await demo.exit();

    expect(demo.output()).toContain(reason);
    expect(code).toBe(1);
  });
});
