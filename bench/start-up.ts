import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "../test/peers/free-port.ts";
import { answers } from "./ask.ts";
import { settingsFor } from "./doors.ts";
import { rssMb, startPinned, stop } from "./process.ts";
import { root } from "./server.ts";
import type { Row } from "./rows.ts";
import { spreadOf } from "./turns.ts";

const settleMs = 500;

/** Starts an empty Node script and doorward in turns, both on the measured core. */
export async function startUpRows(rounds: number): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), "doorward-bench-"));
  const port = await freePort();
  const config = join(folder, "doorward.yaml");
  const storage = { driver: "fs-lite", base: join(folder, "data") };
  const settings = settingsFor(port, { storage, access: { anyone: true } });
  await writeFile(config, JSON.stringify(settings)); // JSON is YAML
  const seen: { emptyMs: number; readyMs: number; rssMb: number }[] = [];
  await ready(config, port); // warms the disk cache
  for (let round = 0; round < rounds; round++) {
    const emptyMs = await empty();
    seen.push({ emptyMs, ...(await ready(config, port)) });
  }
  await rm(folder, { recursive: true });
  const [emptyMs, readyMs] = (["emptyMs", "readyMs"] as const).map((name) =>
    spreadOf(seen.map((one) => one[name])).median.toFixed(0),
  );
  return [
    {
      key: "readyRatio",
      title: "until the first answer of /verify, as a multiple of `node -e 0`",
      goal: 9,
      better: "less",
      value: spreadOf(seen.map((one) => one.readyMs / one.emptyMs)),
      detail: `${readyMs} ms (node ${emptyMs})`,
    },
    {
      key: "rssMb",
      title: "resident memory when idle, MiB",
      goal: 95,
      better: "less",
      value: spreadOf(seen.map((one) => one.rssMb)),
      detail: "after one answer",
    },
  ];
}

async function empty(): Promise<number> {
  const began = performance.now();
  await once(startPinned("measured", [process.execPath, "-e", "0"]), "exit");
  return performance.now() - began;
}

async function ready(config: string, port: number): Promise<{ readyMs: number; rssMb: number }> {
  const words = [process.execPath, "server/cli/doorward.js", "serve", "--config", config];
  const began = performance.now();
  const child = startPinned("measured", words, { cwd: root, stdout: "ignore" });
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error("doorward exited before its first response");
    await pause(2);
  }
  const readyMs = performance.now() - began;
  await pause(settleMs);
  const used = rssMb(child.pid ?? 0);
  await stop(child);
  return { readyMs, rssMb: used };
}
