import { execFileSync } from "node:child_process";
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

/** A way to run doorward, and its goals. */
interface Program {
  readonly words: readonly string[];
  /** Added to the keys and the titles. */
  readonly suffix: string;
  readonly title: string;
  readonly readyRatio: number;
  readonly rssMb: number;
}

const source: Program = {
  words: [process.execPath, "server/cli/doorward.js"],
  suffix: "",
  title: "",
  readyRatio: 5,
  rssMb: 70,
};
const executable: Program = {
  words: ["dist/doorward"],
  suffix: "Executable",
  title: ", of the single executable",
  readyRatio: 3,
  rssMb: 60,
};

/** Starts an empty Node script and doorward in turns, from its source and from the executable, all on the measured core. */
export async function startUpRows(rounds: number): Promise<Row[]> {
  execFileSync(process.execPath, ["build/build.ts"], { cwd: root, stdio: "ignore" });
  const folder = await mkdtemp(join(tmpdir(), "doorward-bench-"));
  const port = await freePort();
  const config = join(folder, "doorward.yaml");
  const storage = { driver: "fs-lite", base: join(folder, "data") };
  const settings = settingsFor(port, { storage, access: { anyone: true } });
  await writeFile(config, JSON.stringify(settings)); // JSON is YAML
  const serve = ({ words }: Program) => ready([...words, "serve", "--config", config], port);
  const rows: Row[] = [];
  for (const program of [source, executable]) {
    const seen: Seen[] = [];
    await serve(program); // warms the disk cache
    for (let round = 0; round < rounds; round++) {
      const emptyMs = await empty();
      seen.push({ emptyMs, ...(await serve(program)) });
    }
    rows.push(...rowsOf(program, seen));
  }
  await rm(folder, { recursive: true });
  return rows;
}

interface Seen {
  readonly emptyMs: number;
  readonly readyMs: number;
  readonly rssMb: number;
}

function rowsOf(program: Program, seen: readonly Seen[]): Row[] {
  const [emptyMs, readyMs] = (["emptyMs", "readyMs"] as const).map((name) =>
    spreadOf(seen.map((one) => one[name])).median.toFixed(0),
  );
  return [
    {
      key: `readyRatio${program.suffix}`,
      title: `until the first answer of /verify${program.title}, as a multiple of \`node -e 0\``,
      goal: program.readyRatio,
      better: "less",
      value: spreadOf(seen.map((one) => one.readyMs / one.emptyMs)),
      detail: `${readyMs} ms (node ${emptyMs})`,
    },
    {
      key: `rssMb${program.suffix}`,
      title: `resident memory when idle${program.title}, MiB`,
      goal: program.rssMb,
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

async function ready(
  words: readonly string[],
  port: number,
): Promise<{ readyMs: number; rssMb: number }> {
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
