import { claimAt } from "./claims.ts";

/**
 * The values at a path that may reach into lists: `groups[].name` is the name of every entry of `groups`, and
 * `orgs[].teams[].slug` the slug of every team of every organisation. Everything before and after a `[]` is a path of
 * `claimAt`. A claim whose name is the whole path is read first. undefined = there is no such claim, or it is null; an
 * empty list = there is one, without entries. Each value of the claims is visited at most once for each `[]`.
 */
export function valuesAt(claims: unknown, path: string): readonly unknown[] | undefined {
  const whole = path === "" ? claims : claimAt(claims, path);
  if (whole !== undefined) return whole === null ? undefined : [whole];
  const [before, after] = splitAtList(path);
  if (after === undefined) return undefined;
  const list = before === "" ? claims : claimAt(claims, before);
  if (!Array.isArray(list)) return undefined;
  const found = list.flatMap((entry: unknown) => {
    const values = valuesAt(entry, after);
    return values === undefined ? [] : [values];
  });
  return found.length === 0 && list.length > 0 ? undefined : found.flat();
}

/** The path of the list, and the path in each of its entries; undefined = the path reaches into no list. */
function splitAtList(path: string): [before: string, after: string | undefined] {
  const end = path.indexOf("[]");
  if (end < 0) return [path, undefined];
  const after = path.slice(end + 2);
  return [path.slice(0, end), after.startsWith(".") ? after.slice(1) : after];
}

/** The longest part of a path that ends in a key and leads to a claim, and that claim; undefined = there is none. */
export function reachedBy(
  claims: unknown,
  path: string,
): { readonly part: string; readonly value: unknown } | undefined {
  const ends = Array.from(path.matchAll(/\.|\[\]/g), ({ index }) => index);
  for (const end of ends.toReversed()) {
    const part = path.slice(0, end);
    const [value] = part === "" || part.endsWith("[]") ? [] : (valuesAt(claims, part) ?? []);
    if (value !== undefined) return { part, value };
  }
  return undefined;
}
