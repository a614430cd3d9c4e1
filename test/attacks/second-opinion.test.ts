import { expect, it } from "vitest";
import { compareOpinions } from "../peers/second-opinion.ts";

const seeds = [12, Date.now() % 2 ** 32];

it.each(seeds)("answers random questions as the plain policy does (seed %i)", async (seed) => {
  const { verdicts, steps, differences } = await compareOpinions({ seed, questions: 3_000 });

  expect(differences.slice(0, 3)).toEqual([]);
  for (const count of [...Object.values(verdicts), ...Object.values(steps)])
    expect(count).toBeGreaterThan(5);
  expect(Object.keys(steps).length).toBe(6);
});
