import { endpointNames } from "../config/endpoint-paths.ts";
import { nearest } from "../config/nearest.ts";
import type { SiteEndpoint } from "./endpoints.ts";

/** The longest end of a path that can name an endpoint. */
const longestWord = 40;

/**
 * Finds the endpoint that a request at another path may mean: `/_auth/callback/` or `/callback`, where it is
 * `/_auth/callback`. Each endpoint is found once, so that what visitors make up adds no lines and takes no memory.
 */
export function createBesideEndpoints(
  endpoints: ReadonlyMap<string, SiteEndpoint>,
): (path: string, isQuestion: boolean) => string | undefined {
  const pathsOf = Map.groupBy(
    endpoints.keys(),
    (path): string | undefined => endpoints.get(path)?.name,
  );
  const unfound = new Map([...pathsOf].map(([name, paths]) => [name, new Set(paths)]));
  return (path, isQuestion) => {
    const name = isQuestion ? "verify" : nameIn(path);
    const left = unfound.get(name);
    // A visitor can ask for any number of paths, and there can be many sites.
    if (left === undefined || left.size === 0) return undefined;
    const closest = closestTo(path, pathsOf.get(name) ?? []);
    return closest !== undefined && left.delete(closest) ? closest : undefined;
  };
}

function closestTo(path: string, paths: readonly string[]): string | undefined {
  let closest: string | undefined;
  let most = -1;
  for (const one of paths) {
    const length = shared(one, path);
    if (length > most) [closest, most] = [one, length];
  }
  return closest;
}

function nameIn(path: string): string | undefined {
  const word = path
    .slice(-longestWord)
    .toLowerCase()
    .split("/")
    .findLast((part) => part !== "");
  return word === undefined ? undefined : nearest(word, endpointNames);
}

/** How many characters two paths have in common at their beginnings. */
function shared(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return length;
}
