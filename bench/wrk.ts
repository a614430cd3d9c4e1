import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { cpuMs, startPinned } from "./process.ts";

const script = fileURLToPath(new URL("load.lua", import.meta.url));

const said = v.object({
  requests: v.number(),
  seconds: v.number(),
  refused: v.number(),
  broken: v.number(),
  p99Ms: v.number(),
});

export interface Measured {
  readonly requests: number;
  readonly perSecond: number;
  /** Of the processes measured, in microseconds a request. */
  readonly cpuMicroseconds: number;
  readonly p99Ms: number;
  /** Answers of 400 and more. */
  readonly refused: number;
}

export interface Shot {
  readonly port: number;
  /** What load.lua reads. */
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

/** Lets wrk loose on a port from the other core. */
export async function shoot(shot: Shot): Promise<Measured> {
  const {
    port,
    folder,
    pids,
    seconds,
    order = "any",
    from = 0,
    pauseMs = 0,
    connections = 32,
  } = shot;
  const [threads, length] = ["-t1", `-d${seconds}s`];
  const wrk = ["wrk", threads, `-c${connections}`, length, "--timeout", "5s", "-s", script];
  const url = `http://127.0.0.1:${port}/`;
  const before = cpuMs(pids);
  const told = [folder, order, String(pauseMs), String(Date.now() % 1_000_000), String(from)];
  const child = startPinned("other", [...wrk, url, "--", ...told]);
  const [output] = await Promise.all([
    child.stdout === null ? "" : text(child.stdout),
    once(child, "exit"),
  ]);
  const used = cpuMs(pids) - before;
  const last = output.trimEnd().split("\n").at(-1) ?? "";
  const { requests, broken, refused, p99Ms, seconds: took } = v.parse(said, JSON.parse(last));
  if (broken > 0) throw new Error(`wrk on port ${port}: ${broken} connections broke`);
  return {
    requests,
    perSecond: requests / took,
    cpuMicroseconds: (used * 1000) / requests,
    p99Ms,
    refused,
  };
}
