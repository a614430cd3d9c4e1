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
  const found = new Set<string>();
  return (path, isQuestion) => {
    const name = isQuestion ? "verify" : nameIn(path);
    const paths = [...endpoints].flatMap(([own, endpoint]) => (endpoint.name === name ? own : []));
    const closest = paths.toSorted((one, other) => shared(other, path) - shared(one, path))[0];
    if (closest === undefined || found.has(closest)) return undefined;
    found.add(closest);
    return closest;
  };
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
