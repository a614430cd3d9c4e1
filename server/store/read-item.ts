import type { Storage } from "unstorage";

/** What stands there, or null. The fs drivers give back, not throw, every error but "not found". */
export async function readItem(storage: Storage, key: string): Promise<unknown> {
  const value: unknown = await storage.getItem(key);
  if (value instanceof Error) throw value;
  return value;
}
