import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { freePort } from "../test/peers/free-port.ts";
import { loadedModules } from "../test/peers/loaded-modules.ts";
import { doors, type DoorName } from "./cases.ts";
import { measureDoor, warmUpBare } from "./measure-door.ts";
import { partsOf } from "./loaded.ts";
import { longRunRows } from "./long-run.ts";
import { benchPeers } from "./peers/bench-peers.ts";
import { benchProxies } from "./proxies/bench-proxies.ts";
import { writeReport } from "./report.ts";
import { describe, summary, type Row } from "./rows.ts";
import { startServer } from "./server.ts";
import { hasWrk } from "./shoot.ts";
import { startUpRows } from "./start-up.ts";

/** The order of the JSON in the last line, which other programs parse. */
const keys =
  "hot challenge redis sessions1m hosts1k bearer p99 nginx readyRatio rssMb bytesPerSession readyRatioExecutable rssMbExecutable refused".split(
    " ",
  );

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    /** Compares doorward with other programs instead. */
    peers: { type: "boolean", default: false },
    /** Writes the figures to docs/performance.md. */
    write: { type: "boolean", default: false },
    /** Measures through real proxies instead. */
    proxies: { type: "boolean", default: false },
  },
});
const amount = options.quick ? { rounds: 3, seconds: 0.4 } : { rounds: 9, seconds: 2 };

process.env.PATH += ":/usr/sbin"; // Debian installs nginx there
requirePrograms();
if (options.peers) await benchPeers(options, print);
else if (options.proxies) await benchProxies(options, print);
else await benchDoorward();

async function benchDoorward(): Promise<void> {
  const rows = [...(await measureAll()), ...(await startUpRows(options.quick ? 2 : 9))];
  const inOrder = keys.flatMap((key) => rows.filter((row) => row.key === key));
  const all = [...inOrder, ...(options.quick ? [] : await longRunRows())];
  print(describe(all));
  if (options.write) {
    const storage = { driver: "fs-lite", base: "data" };
    await writeReport(all, partsOf(await loadedModules({}, { storage })));
  }
  print(JSON.stringify(summary(inOrder)));
}

async function measureAll(): Promise<Row[]> {
  const port = await freePort();
  const bare = await startServer("bare", port, ["bench/bare.ts", String(port)]);
  await warmUpBare(bare);
  const found: Row[] = [];
  for (const name of Object.keys(doors) as DoorName[]) {
    found.push(...(await measureDoor(name, bare, amount)));
  }
  await bare.close();
  return found;
}

/** Exits with the Debian package to install if a program is missing. */
function requirePrograms(): void {
  const programs = {
    taskset: "util-linux",
    nginx: "nginx",
    "redis-server": "redis-server",
  };
  if (!hasWrk) process.stderr.write("wrk is not installed; using autocannon\n");
  for (const [program, debian] of Object.entries(programs)) {
    const { status } = spawnSync("sh", ["-c", `command -v ${program}`]);
    if (status === 0) continue;
    process.stderr.write(`the bench needs ${program}: sudo apt-get install ${debian}\n`);
    process.exit(1);
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
