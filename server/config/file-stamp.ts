import { stat } from "node:fs/promises";

/** What differs once a file was written or replaced. Throws what `stat` throws. */
export async function fileStamp(file: string): Promise<string> {
  const { mtimeNs, ctimeNs, ino, size } = await stat(file, { bigint: true });
  return `${mtimeNs}:${ctimeNs}:${ino}:${size}`;
}
