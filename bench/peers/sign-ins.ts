import { Agent } from "node:http";
import type { HostileIssuer } from "../../test/peers/hostile-issuer.ts";
import { threadCpuMs } from "../process.ts";
import { inRounds, ratios, spreadOf, type Pair } from "../turns.ts";
import type { Result } from "./comparison.ts";
import type { Gatekeeper } from "./gatekeeper.ts";
import { signIn } from "./sign-in.ts";

/** How many sign-ins are measured in a round, and how many are not, before the first round. */
export interface SignInAmount {
  readonly rounds: number;
  readonly signIns: number;
  readonly before: number;
}

/** Compares the CPU time of a sign-in. The issuer runs in this process, and is not counted. */
export async function compareSignIns(
  { door, other }: Pair<Gatekeeper>,
  issuer: HostileIssuer,
  { rounds, signIns, before }: SignInAmount,
): Promise<Result> {
  // As between a proxy and its gatekeeper.
  const agent = new Agent({ keepAlive: true });
  const signInOften = async (gatekeeper: Gatekeeper, count: number) => {
    for (let index = 0; index < count; index++) await signIn(gatekeeper, issuer, agent);
  };
  await signInOften(door, before);
  await signInOften(other, before);
  const [doors = [], others = []] = await inRounds([door, other], rounds, async (gatekeeper) => {
    const earlier = threadCpuMs(gatekeeper.pid);
    await signInOften(gatekeeper, signIns);
    return (threadCpuMs(gatekeeper.pid) - earlier) / signIns;
  });
  agent.destroy();
  return { ratio: ratios(doors, others), door: described(doors), other: described(others) };
}

function described(ms: readonly number[]): string {
  return `${spreadOf(ms).median.toFixed(2)} ms`;
}
