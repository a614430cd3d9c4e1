import { rm } from "node:fs/promises";
import { cases, doors, type Case, type DoorName } from "./cases.ts";
import { sessionCookieName, type SiteContext } from "./doors.ts";
import { bothShapes, writeLoad } from "./load.ts";
import { rssMb } from "./process.ts";
import { cpuRow, latencyRow, type Row } from "./rows.ts";
import type { Server } from "./server.ts";
import { measureThroughNginx } from "./through-nginx.ts";
import { enough, expectAnswers, figures, spreadOf, takeTurns, warmUp } from "./turns.ts";

interface Amount {
  readonly rounds: number;
  readonly seconds: number;
}

/** All rows of one doorward, measured in turns with the bare server. */
export async function measureDoor(name: DoorName, bare: Server, amount: Amount): Promise<Row[]> {
  const door = await doors[name]();
  const rows: Row[] = [];
  for (const one of cases.filter((candidate) => candidate.door === name)) {
    rows.push(...(await measureCase(one, bare, door, amount)));
  }
  const [token] = door.sessions;
  if (name === "usual" && token !== undefined) {
    const turns = await measureThroughNginx({ other: bare, door }, token, amount);
    const title = "through nginx's auth_request, nginx's time counted too";
    rows.push(cpuRow({ key: "nginx", title, goal: 0.95 }, turns));
  }
  await door.close();
  return rows;
}

/** Warms up the bare server with the requests of the benchmark. */
export async function warmUpBare({ port, pid }: Server): Promise<void> {
  const app = { host: "app.example.com", uri: "/", own: `${sessionCookieName}=none` };
  const folder = await writeLoad({ templates: bothShapes(app), fills: [""], statuses: [] });
  await warmUp({ port, folder, pids: [pid] });
  await rm(folder, { recursive: true });
}

async function measureCase(
  one: Case,
  bare: Server,
  door: SiteContext,
  amount: Amount,
): Promise<Row[]> {
  const load = one.load(door);
  await expectAnswers(door, load);
  const folder = await writeLoad(load);
  const targetOf = ({ port, pid }: Server) => ({ port, folder, pids: [pid] });
  // In order, so that each session is hot afterwards.
  const isFirst = cases.find((other) => other.door === one.door) === one;
  const least = isFirst ? Math.max(load.fills.length, enough) : few;
  const inOrder = { ...targetOf(door), order: "each" } as const;
  const count = load.fills.length;
  // The first memory that a server under load allocates does not belong to sessions.
  const early = await warmUp(inOrder, Math.min(count, least) / 5);
  const before = rssMb(door.pid);
  const loaded = await warmUp({ ...inOrder, from: early }, Math.min(count, least));
  const grownMb = rssMb(door.pid) - before;
  await warmUp({ ...inOrder, from: loaded }, least);
  const turns = await takeTurns({ other: targetOf(bare), door: targetOf(door) }, amount);
  const rows = [cpuRow(one, turns)];
  if (one.key === "hot") {
    const perSecond = figures(turns.other, "perSecond").median / 2;
    const calm = { connections: calmConnections, pauseMs: (calmConnections / perSecond) * 1000 };
    const half = (server: Server) => ({ ...targetOf(server), ...calm });
    rows.push(latencyRow(await takeTurns({ other: half(bare), door: half(door) }, amount)));
  }
  if (one.key === "sessions1m") rows.push(sessionRow(grownMb, count - early));
  await rm(folder, { recursive: true });
  return rows;
}

const few = 3_000;
/** Enough connections that the pause of each is long compared with a response. */
const calmConnections = 128;

function sessionRow(grownMb: number, sessions: number): Row {
  return {
    key: "bytesPerSession",
    title: "resident memory a hot session, bytes",
    goal: 1_229,
    better: "less",
    value: spreadOf([(grownMb * 2 ** 20) / sessions]),
    detail: `${grownMb.toFixed(0)} MiB more for ${sessions} more sessions`,
  };
}
