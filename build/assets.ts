/** The names of what the executable contains beside its chunks. */
export const licensesAsset = "LICENSES";
export const suffixesAsset = "public-suffixes";
export const entryChunk = "main.js";

/** V8's compiled form of a chunk. */
export function codeCacheOf(chunk: string): string {
  return `${chunk}.cache`;
}
