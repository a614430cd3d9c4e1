import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { cpuMs, startPinned } from "./process.ts";

const said = v.object({
  requests: v.number(),
  seconds: v.number(),
  broken: v.number(),
  p99Ms: v.number(),
});

export interface Measured {
  readonly requests: number;
  readonly perSecond: number;
  /** Of the processes measured, in microseconds a request. */
  readonly cpuMicroseconds: number;
  readonly p99Ms: number;
}

export interface Shot {
  readonly port: number;
  /** What wrk.lua and autocannon.ts read. */
  readonly folder: string;
  /** Whose time counts. */
  readonly pids: readonly number[];
  readonly seconds: number;
  readonly order?: "each" | "any";
  /** Where "each" begins. */
  readonly from?: number;
  /** Of a connection between an answer and its next request; 0 = as fast as it goes. */
  readonly pauseMs?: number;
  readonly connections?: number;
}

const scripts = {
  wrk: fileURLToPath(new URL("wrk.lua", import.meta.url)),
  autocannon: fileURLToPath(new URL("autocannon.ts", import.meta.url)),
};

/** It takes far more than wrk for a request, so it brings fewer; but the processor's time of one is the same. */
export const hasWrk = spawnSync("sh", ["-c", "command -v wrk"]).status === 0;

/** Lets wrk loose on a port from the other core; or autocannon, where wrk is missing. */
export async function shoot(shot: Shot): Promise<Measured> {
  const { port, pids } = shot;
  const before = cpuMs(pids);
  const child = startPinned("other", hasWrk ? wrkWords(shot) : autocannonWords(shot));
  const enough = setTimeout(() => {
    if (hasWrk) child.kill("SIGINT");
  }, shot.seconds * 1000);
  const [output] = await Promise.all([
    child.stdout === null ? "" : text(child.stdout),
    once(child, "exit"),
  ]);
  clearTimeout(enough);
  const used = cpuMs(pids) - before;
  const last = output.trimEnd().split("\n").at(-1) ?? "";
  const { requests, broken, p99Ms, seconds: took } = v.parse(said, JSON.parse(last));
  if (broken > 0) throw new Error(`on port ${port} ${broken} connections broke`);
  const cpuMicroseconds = (used * 1000) / requests;
  return { requests, perSecond: requests / took, cpuMicroseconds, p99Ms };
}

const usual = { order: "any", from: 0, pauseMs: 0, connections: 32 };

/** It knows whole seconds alone, so the last one is cut short by a signal; one that comes before it listens is lost. */
function wrkWords(shot: Shot): string[] {
  const { port, seconds, folder, order, pauseMs, from, connections } = { ...usual, ...shot };
  const deaf = ["sh", "-c", 'trap "" INT; exec "$@"', "sh"];
  const duration = `-d${Math.ceil(seconds)}s`;
  const wrk = [...deaf, "wrk", "-t1", `-c${connections}`, duration, "--timeout", "5s"];
  const told = [folder, order, String(pauseMs), String(Date.now() % 1_000_000), String(from)];
  return [...wrk, "-s", scripts.wrk, `http://127.0.0.1:${port}/`, "--", ...told];
}

function autocannonWords(shot: Shot): string[] {
  const { port, seconds, folder, order, pauseMs, from, connections } = { ...usual, ...shot };
  const numbers = [pauseMs, from, connections, seconds].map(String);
  const told = [`http://127.0.0.1:${port}/`, folder, order, ...numbers];
  return [process.execPath, scripts.autocannon, ...told];
}
