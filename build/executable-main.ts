import { getAsset, getAssetKeys, getRawAsset } from "node:sea";
import { codeCacheOf, entryChunk } from "./assets.ts";
import { runChunks } from "./run-chunks.ts";

const assets = new Set(getAssetKeys());

runChunks(entryChunk, (name) => {
  const codeCache = codeCacheOf(name);
  return {
    source: getAsset(name, "utf8"),
    codeCache: assets.has(codeCache) ? Buffer.from(getRawAsset(codeCache)) : undefined,
  };
});
