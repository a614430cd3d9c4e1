/** One attack: the row of the property, what must hold, the attack itself, and its only acceptable outcome. */
export type Attack = readonly [
  row: string,
  claim: string,
  attack: () => Promise<unknown>,
  outcome: unknown,
];
