import { Agent } from "node:http";
import { startHostileIssuer, type HostileIssuer } from "../test/peers/hostile-issuer.ts";
import { ask } from "./ask.ts";
import { openDoor, usualDoor } from "./doors.ts";
import { cases } from "./cases.ts";
import { writeLoad } from "./load.ts";
import { cpuMs, rssMb } from "./process.ts";
import type { Row } from "./rows.ts";
import { spreadOf, warmUp } from "./turns.ts";

/** Figures that need a long run: memory growth, and the cost of a sign-in. */
export async function longRunRows(): Promise<Row[]> {
  const { beforeMb, afterMb } = await growth();
  const signInMs = await signInCost();
  return [
    {
      key: "grownMb",
      title: "growth in a million requests, MiB",
      goal: 8, // memory that the garbage collector has not freed yet
      better: "less",
      value: spreadOf([afterMb - beforeMb]),
      detail: `${beforeMb.toFixed(0)} MiB before, ${afterMb.toFixed(0)} after`,
    },
    {
      key: "signInMs",
      title: "a sign-in, /start and /callback, ms of CPU",
      goal: 3,
      better: "less",
      value: spreadOf([signInMs]),
      detail: `over ${signIns} sign-ins`,
    },
  ];
}

/**
 * Resident memory after three million requests, and after a million more. During the first ones V8 doubles its young
 * generation once, which is 12 MiB and no leak.
 */
async function growth(): Promise<{ beforeMb: number; afterMb: number }> {
  const door = await usualDoor();
  const [hot] = cases;
  if (hot === undefined) throw new Error("the list of cases is empty");
  const shot = { port: door.port, folder: await writeLoad(hot.load(door)), pids: [door.pid] };
  const early = await warmUp(shot, 3_000_000);
  const beforeMb = rssMb(door.pid);
  await warmUp({ ...shot, from: early }, early + 1_000_000);
  const afterMb = rssMb(door.pid);
  await door.close();
  return { beforeMb, afterMb };
}

const signIns = 300;
/** After this many the compiler has optimized the code of a sign-in. */
const signInsBefore = 1_500;

/** CPU time of doorward only; the issuer runs in this process. Connections are reused, as a proxy does. */
async function signInCost(): Promise<number> {
  const issuer = await startHostileIssuer();
  const providers = { company: { type: "oidc", issuer: issuer.issuer, clientId: "door" } };
  const settings = { access: { anyone: true }, providers };
  const door = await openDoor({ settings, sessions: 0 });
  const agent = new Agent({ keepAlive: true });
  for (let index = 0; index < signInsBefore; index++) await signIn(door.port, issuer, agent);
  const before = cpuMs([door.pid]);
  for (let index = 0; index < signIns; index++) await signIn(door.port, issuer, agent);
  const used = cpuMs([door.pid]) - before;
  agent.destroy();
  await door.close();
  await issuer.close();
  return used / signIns;
}

async function signIn(port: number, issuer: HostileIssuer, agent: Agent): Promise<void> {
  const host = ["Host", "auth.example.com"];
  const start = await ask(port, "/start?rd=%2F", host, agent);
  const cookies = (start.headers["set-cookie"] ?? []).map((line) => line.split(";", 1)[0]);
  const back = new URL(issuer.consent(start.headers.location ?? ""));
  const headers = [...host, "Cookie", cookies.join("; ")];
  const called = await ask(port, back.pathname + back.search, headers, agent);
  if (called.status !== 302) throw new Error(`/callback answers ${called.status}`);
}
