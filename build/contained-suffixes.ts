import { getAsset } from "node:sea";
import { suffixesAsset } from "./assets.ts";
import { isSuffixIn } from "./suffix-list.ts";

/**
 * Stands in for server/values/public-suffix.ts in the executable. To load tldts takes 8 MiB and the optimizing compiler,
 * in every process with a `cookie.domain`; a search in the list as a text takes neither.
 */
export function isPublicSuffix(domain: string): boolean {
  return !domain.includes(".") || isSuffixIn(getAsset(suffixesAsset, "utf8"), domain);
}
