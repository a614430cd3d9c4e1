import { describe, expect, it } from "vitest";
import { chooseSeed } from "./fuzz-target.ts";
import { targets } from "./targets.ts";

const seed = chooseSeed();

describe(`arbitrary input shows no fault (DOORWARD_FUZZ_SEED=${seed} repeats this run)`, () => {
  it.each(targets)("$name", async (target) => {
    const { cases, failure } = await target.run({ seed, runs: 100 });

    expect(failure).toBeUndefined();
    expect(cases).toBe(100);
  });
});
