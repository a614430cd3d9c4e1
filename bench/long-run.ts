import { usualDoor } from "./doors.ts";
import { cases } from "./cases.ts";
import { writeLoad } from "./load.ts";
import { rssMb } from "./process.ts";
import type { Row } from "./rows.ts";
import { signInCost, signIns } from "./sign-in-cost.ts";
import { spreadOf, warmUp } from "./turns.ts";

/** Figures that need a long run: memory growth, and the cost of a sign-in. */
export async function longRunRows(): Promise<Row[]> {
  const { beforeMb, afterMb } = await growth();
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
      goal: 0.9,
      better: "less",
      value: await signInCost("ID token"),
      detail: `${signIns} sign-ins in each round`,
    },
    {
      key: "signInUserinfoMs",
      title: "the same with a request to userinfo",
      goal: 0.9,
      better: "less",
      value: await signInCost("userinfo"),
      detail: "the ID token has no email address",
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
