/** Numbers that look random and follow from a seed, so that a failure can be repeated (mulberry32). */
export interface Random {
  /** From 0 up to, but not including, `limit`. */
  below(limit: number): number;
  pick<T>(values: readonly T[]): T;
  /** True once in `times`. */
  once(times: number): boolean;
  /** Some of the values, in their order, at least one. */
  some<T>(values: readonly T[]): T[];
}

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  const pick = <T>(values: readonly T[]): T => values[below(values.length)] as T;
  return {
    below,
    pick,
    once: (times) => below(times) === 0,
    some(values) {
      const chosen = values.filter(() => below(3) === 0);
      return chosen.length === 0 ? [pick(values)] : chosen;
    },
  };
}
