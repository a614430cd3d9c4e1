import type { Storage } from "unstorage";

/** The stored value, or null. The fs drivers return every error except "not found" instead of throwing it. */
export async function readItem(storage: Storage, key: string): Promise<unknown> {
  const value: unknown = await storage.getItem(key);
  if (value instanceof Error) throw value;
  return value;
}
