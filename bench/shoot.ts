import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { cpuMs, startPinned } from "./process.ts";

const summary = v.object({
  requests: v.number(),
  seconds: v.number(),
  broken: v.number(),
  refused: v.number(),
  p50Ms: v.number(),
  p99Ms: v.number(),
});

export interface Measured {
  readonly requests: number;
  /** Responses with a status of 400 or more. */
  readonly refused: number;
  readonly perSecond: number;
  /** Of the measured processes, in microseconds per request. */
  readonly cpuMicroseconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface Shot {
  readonly port: number;
  /** The load for wrk.lua and autocannon.ts. */
  readonly folder: string;
  /** The measured processes. */
  readonly pids: readonly number[];
  readonly seconds: number;
  readonly order?: "each" | "any";
  /** The first turn of "each". */
  readonly from?: number;
  /** Between a response and the next request on its connection; 0 = none. */
  readonly pauseMs?: number;
  readonly connections?: number;
  /** The host of the certificate, if the port serves TLS. Needs wrk. */
  readonly tlsHost?: string;
}

const scripts = {
  wrk: fileURLToPath(new URL("wrk.lua", import.meta.url)),
  autocannon: fileURLToPath(new URL("autocannon.ts", import.meta.url)),
};

/** Without wrk, autocannon sends fewer requests per second; the CPU time of a request is the same. */
export const hasWrk = spawnSync("sh", ["-c", "command -v wrk"]).status === 0;

/** Sends load to a port from the other core, with wrk or autocannon. */
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
  const { broken, seconds: took, ...counted } = v.parse(summary, JSON.parse(last));
  if (broken > 0) throw new Error(`port ${port}: ${broken} requests failed or timed out`);
  const cpuMicroseconds = (used * 1000) / counted.requests;
  return { ...counted, perSecond: counted.requests / took, cpuMicroseconds };
}

const usual = { order: "any", from: 0, pauseMs: 0, connections: 32 };

/** wrk only takes whole seconds, so SIGINT ends the last one early. The shell ignores a SIGINT before wrk handles it. */
function wrkWords(shot: Shot): string[] {
  const { port, seconds, folder, order, pauseMs, from, connections } = { ...usual, ...shot };
  const ignoringInt = ["sh", "-c", 'trap "" INT; exec "$@"', "sh"];
  const duration = `-d${Math.ceil(seconds)}s`;
  const wrk = [...ignoringInt, "wrk", "-t1", `-c${connections}`, duration, "--timeout", "5s"];
  const [url, handshakes] =
    shot.tlsHost === undefined
      ? [`http://127.0.0.1:${port}/`, 0]
      : [`https://${shot.tlsHost}:${port}/`, connections];
  const numbers = [pauseMs, Date.now() % 1_000_000, from, handshakes].map(String);
  return [...wrk, "-s", scripts.wrk, url, "--", folder, order, ...numbers];
}

function autocannonWords(shot: Shot): string[] {
  const { port, seconds, folder, order, pauseMs, from, connections } = { ...usual, ...shot };
  const numbers = [pauseMs, from, connections, seconds].map(String);
  const args = [`http://127.0.0.1:${port}/`, folder, order, ...numbers];
  return [process.execPath, scripts.autocannon, ...args];
}
