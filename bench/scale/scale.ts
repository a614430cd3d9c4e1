import { parseArgs } from "node:util";
import { simulate } from "./simulate.ts";
import { describe } from "./report.ts";
import { faultsOf } from "./verdict.ts";
import { writePage } from "./write-page.ts";

/** Ten million people, at 1/1000 and at 1/5000. */
const full = { people: 10_000, visits: 2_500, replicas: 3, operations: 100 };
const quick = { people: 2_000, visits: 500, replicas: 3, operations: 50 };

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    /** Writes the results to docs/scale.md. */
    write: { type: "boolean", default: false },
  },
});

const results = await simulate(options.quick ? quick : full, (line) =>
  process.stderr.write(`${(performance.now() / 1_000).toFixed(0)} s: ${line}\n`),
);
const text = describe(results);
process.stdout.write(`${text}\n`);
const faults = faultsOf(results);
for (const fault of faults) process.stdout.write(`FAULT: ${fault}\n`);
if (faults.length > 0) process.exit(1);
if (options.write) await writePage(text);
