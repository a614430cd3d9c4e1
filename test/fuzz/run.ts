import { chooseSeed } from "./fuzz-target.ts";
import { targets } from "./targets.ts";

const minutes = Number(process.argv[2] ?? 1);
if (!(minutes > 0)) throw new Error("usage: npm run fuzz -- MINUTES");
/** Each turn has a new seed and new processes. */
const turnMs = Math.min(30_000, (minutes * 60_000) / targets.length);

const end = performance.now() + minutes * 60_000;
for (let seed = chooseSeed(); performance.now() < end; seed++) {
  for (const target of targets) {
    const { cases, perSecond, failure } = await target.run({ seed, milliseconds: turnMs });
    process.stdout.write(
      `${target.name}: ${cases} cases, ${perSecond} a second, DOORWARD_FUZZ_SEED=${seed}\n`,
    );
    if (failure === undefined) continue;
    process.stderr.write(`${failure}\n`);
    process.exitCode = 1;
  }
}
