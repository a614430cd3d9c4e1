import { stat } from "node:fs/promises";

/** A text that changes when a file is written or replaced. Throws the errors of `stat`. */
export async function fileStamp(file: string): Promise<string> {
  const { mtimeNs, ctimeNs, ino, size } = await stat(file, { bigint: true });
  return `${mtimeNs}:${ctimeNs}:${ino}:${size}`;
}
