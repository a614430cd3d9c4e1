/** A made-up name that a configuration does not use: this one, or with a number. */
export function unusedName(name: string, used: ReadonlySet<string>): string {
  for (let count = 1; ; count++) {
    const found = count === 1 ? name : `${name}-${count}`;
    if (!used.has(found)) return found;
  }
}
