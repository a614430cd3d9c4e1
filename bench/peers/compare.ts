import { execFileSync } from "node:child_process";
import { leaveMeasuredCore } from "../process.ts";
import { root } from "../server.ts";
import type { Comparison } from "./comparison.ts";
import { compareManySessions } from "./crowds.ts";
import { openField } from "./field.ts";
import type { PeerName } from "./programs.ts";
import { compareStartUps } from "./start-ups.ts";
import { compareTraffic } from "./traffic.ts";
import { variants, type Variant } from "./variants.ts";

interface Cost {
  readonly key: string;
  readonly title: string;
  readonly variants: readonly Variant[];
}

const withoutRedis = variants.filter(({ usesRedis }) => !usesRedis);
const byExecutable = "doorward's single executable";

/** The rows of the table: each cost for each variant. */
const costs: readonly Cost[] = [
  { key: "request", title: "a request, CPU time", variants },
  { key: "signIn", title: "a sign-in, CPU time", variants },
  { key: "ready", title: "start", variants: withoutRedis },
  {
    key: "readyExecutable",
    title: `start, ${byExecutable}`,
    variants: withoutRedis,
  },
  { key: "idle", title: "idle memory", variants: withoutRedis },
  {
    key: "idleExecutable",
    title: `idle memory, ${byExecutable}`,
    variants: withoutRedis,
  },
  { key: "sessions100k", title: "memory with 100,000 sessions", variants },
];

const amounts = {
  quick: { rounds: 3, seconds: 0.4, signIns: 100, before: 300, fewRounds: 1 },
  full: { rounds: 9, seconds: 2, signIns: 200, before: 1_500, fewRounds: 3 },
};

/** Compares doorward with the programs that are here. */
export async function comparePeers(
  programs: Readonly<Record<PeerName, string | undefined>>,
  size: keyof typeof amounts,
): Promise<Comparison[]> {
  const amount = amounts[size];
  execFileSync(process.execPath, ["build/build.ts"], { cwd: root, stdio: "ignore" });
  leaveMeasuredCore();
  const field = await openField(programs);
  const results = new Map([
    ...(await compareTraffic(field, amount)),
    ...(await compareStartUps(field, amount.rounds)),
    ...(await compareManySessions(field, amount.fewRounds)),
  ]);
  await field.close();
  return costs.flatMap((cost) =>
    cost.variants.map((variant) => {
      const key = `${cost.key}${variant.id}`;
      return { key, title: cost.title, variant, result: results.get(key) };
    }),
  );
}
