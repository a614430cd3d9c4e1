import type { Storage } from "unstorage";
import type { Records } from "./records.ts";
import type { Store } from "./store.ts";
import type { Writes } from "./writes.ts";

/**
 * Sets in unstorage: each member is a record below the set's name, which is a folder in a file driver. Only commands read
 * them, so a slow driver has the time that it needs.
 */
export function createPlainSets(
  storage: Storage,
  records: Records,
  writes: Writes,
): Pick<Store, "addMember" | "removeMember" | "members" | "keys"> {
  return {
    addMember: (set, member, ttlSeconds) => {
      const key = keyOf(set, member);
      return writes.write(key, () => records.write(key, {}, ttlSeconds * 1000, { isMark: true }));
    },
    removeMember: (set, member) => writes.remove(keyOf(set, member)),
    members: async (set) => {
      const keys = await storage.getKeys(set);
      return keys.map((key) => key.slice(set.length + 1));
    },
    async *keys(prefix) {
      const keys = await storage.getKeys(prefix);
      yield keys.filter((key) => key.startsWith(prefix));
    },
  };
}

function keyOf(set: string, member: string): string {
  return `${set}:${member}`;
}
