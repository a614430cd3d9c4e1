type Conditions = Readonly<Record<string, unknown>>;

/** Whether two rules may match the same request. In doubt they may. */
export function canOverlap(one: Conditions, other: Conditions): boolean {
  const differ = (name: string, isSame: (a: string, b: string) => boolean) => {
    const [own, others] = [textsOf(one[name]), textsOf(other[name])];
    if (own.length === 0 || others.length === 0) return false;
    return !own.some((a) => others.some((b) => isSame(a, b)));
  };
  return !(
    differ("host", (a, b) => a === b || a.includes("*") || b.includes("*")) ||
    differ("methods", (a, b) => a === b) ||
    differ("path", mayMeet)
  );
}

/** Whether a path may match both. */
function mayMeet(one: string, other: string): boolean {
  const others = other.split("/");
  for (const [index, part] of one.split("/").entries()) {
    const against = others[index];
    if (part === "**" || against === "**" || against === undefined) return true;
    if (part !== against && part !== "*" && against !== "*") return false;
  }
  return true;
}

function textsOf(written: unknown): string[] {
  return [written].flat().filter((text) => typeof text === "string");
}
