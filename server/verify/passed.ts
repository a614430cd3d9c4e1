/** The most pairs that are remembered: 128 KiB, whatever visitors ask for. A power of two. */
const most = 2 ** 14;
/** Later outcomes are not remembered; with fewer than 2 ** 36 holders each pair is a number of its own. */
const mostOutcomes = 2 ** 17;

/**
 * Which outcomes have let which session pass lately, if a session uses many apps. Each pair has one place, where a
 * later pair replaces it: then the outcome is evaluated again. A pair is compared as a whole.
 */
export class Passed {
  readonly #pairs = new Float64Array(most);

  has(holder: number, outcome: number): boolean {
    if (outcome >= mostOutcomes) return false;
    return this.#pairs[placeOf(holder, outcome)] === pairOf(holder, outcome);
  }

  add(holder: number, outcome: number): void {
    if (outcome < mostOutcomes) this.#pairs[placeOf(holder, outcome)] = pairOf(holder, outcome);
  }
}

/** Never 0, because holders are counted from 1. */
function pairOf(holder: number, outcome: number): number {
  return holder * mostOutcomes + outcome;
}

function placeOf(holder: number, outcome: number): number {
  const mixed = Math.imul(holder, 0x9e3779b1) + Math.imul(outcome, 0x85ebca6b);
  return (mixed ^ (mixed >>> 15)) & (most - 1);
}
