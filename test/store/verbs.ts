import { expect, it } from "vitest";
import type { Store } from "../../server/store/store.ts";

let made = 0;
const fresh = (kind: string) => `${kind}:${process.pid}-${made++}`;

const record = (sealed: string, version: number) => ({ sealed, version });

/** The contract of every store. `other` is a second connection to the same store. */
export function itIsAStore(stores: () => { store: Store; other: Store }): void {
  it("returns a stored value, and null for another key", async () => {
    const { store, other } = stores();
    const key = fresh("session");

    await store.set(key, { sealed: "-_aé", version: 1 }, 60);

    expect(await other.get(key)).toMatchObject({ sealed: "-_aé", version: 1 });
    expect(await store.get(fresh("session"))).toBeNull();
  });

  it("returns null after a removal, and accepts a repeated removal", async () => {
    const { store, other } = stores();
    const key = fresh("session");
    await store.set(key, { sealed: "x", version: 1 }, 60);

    await other.remove(key);
    await other.remove(key);

    expect(await store.get(key)).toBeNull();
  });

  it("replaces a record of the expected version once, and no removed record", async () => {
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

  it("gives a claim to one caller until its holder releases it", async () => {
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

  it("expires a claim unless its holder extends it", async () => {
    const { store, other } = stores();
    const [kept, left] = [fresh("claim"), fresh("claim")];
    // Claimed again if the claim has expired before its extension.
    const claimAndExtend = async () =>
      (await store.claim(kept, "ada", 300)) && store.extend(kept, "ada", 60_000);

    await expect.poll(claimAndExtend).toBe(true);
    await store.claim(left, "ada", 300);
    await expect.poll(() => other.claim(left, "eve", 60_000)).toBe(true);

    expect(await store.extend(left, "ada", 60_000)).toBe(false);
    expect(await other.claim(kept, "eve", 60_000)).toBe(false);
    expect(await other.extend(kept, "eve", 60_000)).toBe(false);
  });

  it("has the members of a set and no others, until they are removed", async () => {
    const { store, other } = stores();
    const [set, longer] = [fresh("subject"), `${fresh("subject")}-longer`];
    await Promise.all(["one", "two"].map((member) => store.addMember(set, member, 60)));
    await store.addMember(longer, "three", 60);
    await store.addMember(`${set}-longer`, "four", 60);
    await store.addMember(set, "one", 60);

    expect((await other.members(set)).toSorted()).toEqual(["one", "two"]);
    await other.removeMember(set, "one");
    await other.removeMember(set, "unknown");
    expect(await store.members(set)).toEqual(["two"]);
    expect(await store.members(fresh("subject"))).toEqual([]);
  });

  it("lists every key that begins with a prefix, and no other", async () => {
    const { store, other } = stores();
    const prefix = `${fresh("session")}:`;
    const keys = Array.from({ length: 20 }, (_, index) => `${prefix}${index}`);
    await Promise.all(keys.map((key) => store.set(key, { version: 1 }, 60)));
    await store.set(fresh("revoked"), { version: 1 }, 60);

    const found: string[] = [];
    for await (const some of other.keys(prefix)) found.push(...some);

    expect(new Set(found)).toEqual(new Set(keys));
  });

  it("delivers an announcement to all listeners, including the sender's", async () => {
    const { store, other } = stores();
    const mark = fresh("mark");
    const received: string[] = [];
    store.onAnnounced((text) => received.push(`store ${text}`));
    other.onAnnounced((text) => received.push(`other ${text}`));

    await store.announce(mark);

    await expect.poll(() => new Set(received)).toEqual(new Set([`store ${mark}`, `other ${mark}`]));
    await expect
      .poll(() => [store.hearsAnnouncements, other.hearsAnnouncements])
      .toEqual([true, true]);
  });
}

/** The contract of a store with atomic compare-and-set. */
export function itIsAtomic(stores: () => { store: Store; other: Store }): void {
  it("gives a claim and a replacement to one of a hundred concurrent callers each", async () => {
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
