import { expect, it } from "vitest";
import type { Store } from "../../server/store/store.ts";

let made = 0;
const fresh = (kind: string) => `${kind}:${process.pid}-${made++}`;

const record = (sealed: string, version: number) => ({ sealed, version });

/** What every store does, whatever it is made of. `other` is the same one from elsewhere. */
export function itKeepsTheVerbs(stores: () => { store: Store; other: Store }): void {
  it("gives back what was set, and nothing else", async () => {
    const { store, other } = stores();
    const key = fresh("session");

    await store.set(key, { sealed: "-_aé", version: 1 }, 60);

    expect(await other.get(key)).toMatchObject({ sealed: "-_aé", version: 1 });
    expect(await store.get(fresh("session"))).toBeNull();
  });

  it("has lost what was removed, also a second time", async () => {
    const { store, other } = stores();
    const key = fresh("session");
    await store.set(key, { sealed: "x", version: 1 }, 60);

    await other.remove(key);
    await other.remove(key);

    expect(await store.get(key)).toBeNull();
  });

  it("replaces the version that was read, once, and nothing that is gone", async () => {
    const { store, other } = stores();
    const key = fresh("session");
    await store.set(key, { sealed: "one", version: 1 }, 60);

    const first = await store.replace(key, record("two", 2), 60, 1);
    const second = await other.replace(key, record("other", 2), 60, 1);
    const kept = await other.get(key);
    await store.remove(key);
    const third = await store.replace(key, { version: 3 }, 60, 2);

    expect([first, second, third]).toEqual([true, false, false]);
    expect(kept).toMatchObject({ sealed: "two", version: 2 });
    expect(await store.get(key)).toBeNull();
  });

  it("gives a claim to one, until it is released by its holder", async () => {
    const { store, other } = stores();
    const key = fresh("claim");

    expect(await store.claim(key, "ada", 60_000)).toBe(true);
    expect(await other.claim(key, "eve", 60_000)).toBe(false);
    expect(await store.claim(key, "ada", 60_000)).toBe(false);
    await other.release(key, "eve");
    expect(await other.claim(key, "eve", 60_000)).toBe(false);
    await store.release(key, "ada");
    expect(await other.claim(key, "eve", 60_000)).toBe(true);
  });

  it("lets a claim run out, unless its holder extends it", async () => {
    const { store, other } = stores();
    const [kept, left] = [fresh("claim"), fresh("claim")];
    await store.claim(kept, "ada", 300);
    await store.claim(left, "ada", 300);

    expect(await store.extend(kept, "ada", 60_000)).toBe(true);
    await expect.poll(() => other.claim(left, "eve", 60_000), { timeout: 5_000 }).toBe(true);

    expect(await store.extend(left, "ada", 60_000)).toBe(false);
    expect(await other.claim(kept, "eve", 60_000)).toBe(false);
    expect(await other.extend(kept, "eve", 60_000)).toBe(false);
  });

  it("tells an announcement to all, its author too", async () => {
    const { store, other } = stores();
    const mark = fresh("mark");
    const heard: string[] = [];
    store.onAnnounced((told) => heard.push(`store ${told}`));
    other.onAnnounced((told) => heard.push(`other ${told}`));

    await store.announce(mark);

    await expect
      .poll(() => new Set(heard), { timeout: 5_000 })
      .toEqual(new Set([`store ${mark}`, `other ${mark}`]));
    expect([store.hearsAnnouncements, other.hearsAnnouncements]).toEqual([true, true]);
  });
}

/** What a store does that can compare and set in one step. */
export function itIsAtomic(stores: () => { store: Store; other: Store }): void {
  it("gives one of a hundred the claim, and one of a hundred the replacement", async () => {
    const { store, other } = stores();
    const [claim, kept] = [fresh("claim"), fresh("session")];
    await store.set(kept, { version: 1 }, 60);
    const each = Array.from({ length: 100 }, (_, index) => ({ by: index % 2 ? store : other }));

    const claims = await Promise.all(each.map(({ by }, n) => by.claim(claim, `${n}`, 60_000)));
    const written = await Promise.all(
      each.map(({ by }) => by.replace(kept, { version: 2 }, 60, 1)),
    );

    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(written.filter(Boolean)).toHaveLength(1);
  });
}
