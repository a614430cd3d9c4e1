import { runDoorward } from "../../test/peers/process.ts";
import { waitSeconds, type World } from "./world.ts";

/** All sessions were ended by one command. */
export interface MassRevocation {
  readonly sessions: number;
  readonly commandMs: number;
  /** The start of the last request that was answered 200, after the command had ended; 0 = none. */
  readonly lastAllowedMs: number;
  readonly signedInAgain: number;
}

export async function revokeAll(world: World): Promise<MassRevocation> {
  const { replicas, traffic, amounts, people, timeline } = world;
  const [replica] = replicas.all;
  if (replica === undefined) throw new Error("no replica runs");
  traffic.pace({ visits: amounts.visits });
  await waitSeconds(1);
  const live = people.filter(({ endingAt }) => endingAt === undefined);
  const begun = performance.now();
  for (const person of live) person.endingAt = begun;
  const words = ["sessions", "revoke", "--all", "--config", replica.file.path];
  const { code, stderr } = await runDoorward(words);
  if (code !== 0) throw new Error(`sessions revoke --all exited with ${code}: ${stderr}`);
  const endedAt = performance.now();
  for (const person of live) person.endedAt = endedAt;
  timeline.mark(endedAt, "all sessions are revoked");
  const lateBefore = traffic.late.length;
  await waitSeconds(amounts.people / amounts.visits);
  traffic.pace({});
  await traffic.idle();
  const late = traffic.late.slice(lateBefore).map(({ lateMs }) => lateMs);
  const again = people.length;
  for (let guest = 0; guest < 10; guest++) await traffic.signIn();
  const statuses = await Promise.all(people.slice(again).map((person) => traffic.visit(person)));
  return {
    sessions: live.length,
    commandMs: endedAt - begun,
    lastAllowedMs: Math.max(0, ...late),
    signedInAgain: statuses.filter((status) => status === 200).length,
  };
}
