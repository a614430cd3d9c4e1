/** `maybe`: some servers would read the request so, and others not. */
export type Match = "yes" | "no" | "maybe";

export function toMatch(isMet: boolean): Match {
  return isMet ? "yes" : "no";
}
