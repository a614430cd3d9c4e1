import { createStorage, type Driver } from "unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { describe, expect, it } from "vitest";
import { createStore } from "../../server/store/plain-store.ts";
import { itKeepsTheVerbs } from "./verbs.ts";

const memory = createStore(createStorage({ driver: memoryDriver(undefined) }));

describe("a store of one process", () => {
  itKeepsTheVerbs(() => ({ store: memory, other: memory }));

  it("gives no more claims rather than forget one", async () => {
    const store = createStore(createStorage({ driver: memoryDriver(undefined) }));
    for (let index = 0; index < 100_000; index++) await store.claim(`state:${index}`, "x", 60_000);

    await expect(store.claim("state:more", "x", 60_000)).rejects.toMatchObject({
      code: "store_unreachable",
    });

    expect(await store.claim("state:0", "x", 60_000)).toBe(false);
    await store.release("state:0", "x");
    expect(await store.claim("state:more", "x", 60_000)).toBe(true);
  });

  it("keeps what was removed away when a replacement lands later", async () => {
    const data = memoryDriver(undefined);
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    let isSlow = false;
    let landed: unknown;
    const driver: Driver = {
      ...data,
      async setItem(key, value, options) {
        if (isSlow) await gate;
        await data.setItem?.(key, value, options);
        landed = await data.getItem(key);
      },
    };
    const store = createStore(createStorage({ driver }));
    await store.set("session:a", { version: 1 }, 60);
    isSlow = true;

    const given = store.replace("session:a", { version: 2 }, 60, 1);
    await expect(given).rejects.toMatchObject({ code: "store_unreachable" });
    await store.remove("session:a");
    open();

    await expect.poll(() => landed).toContain('"version":2');
    await expect.poll(() => store.get("session:a")).toBeNull();
  });
});
