import { createStorage } from "unstorage";
import { expect, it } from "vitest";
import { takeLease } from "../../server/session/lease.ts";
import { createStore } from "../../server/store/plain-store.ts";

it("reports a store that throws at the release of a lease, and ends no process", async () => {
  const broken = new Error("the store is broken");
  const release = () => {
    throw broken;
  };
  const store = { ...createStore(createStorage()), release };
  const failures: unknown[] = [];
  const lease = await takeLease(store, "lease:1", (error) => void failures.push(error));

  expect(() => lease?.end()).not.toThrow();
  expect(lease).toBeDefined();
  expect(failures).toEqual([broken]);
});
