/**
 * Whether a header has a name, given in lower case. Length and first letter tell nearly all apart, before anything
 * is made lower-case.
 */
export function equalsIgnoreCase(name: string, wanted: string): boolean {
  return (
    name.length === wanted.length &&
    (name.charCodeAt(0) | 32) === wanted.charCodeAt(0) &&
    name.toLowerCase() === wanted
  );
}
