import { getAsset } from "node:sea";
import { suffixesAsset } from "./assets.ts";

/** Stands in for server/values/public-suffix-rules.ts in the executable, which has no files. */
export function publicSuffixRules(): string {
  return getAsset(suffixesAsset, "utf8");
}
