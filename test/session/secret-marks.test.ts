import { describe, expect, it } from "vitest";
import { hasOtherSecrets, fingerprintsOf, noteSecrets } from "../../server/session/secret-marks.ts";
import { openStore } from "../../server/store/open-store.ts";
import { createSecret } from "../../server/config/secret.ts";

const [old, next, foreign] = [createSecret(), createSecret(), createSecret()];
const minute = 60_000;

/** A store whose clock is that of the notes. */
async function storeAt(clock: { now: number }) {
  return openStore({ driver: "memory" }, { now: () => clock.now });
}

describe("the secrets that doorwards use at one store", () => {
  it.each<[string, string[], string[], boolean]>([
    ["the same secret", [old], [old], false],
    ["another secret", [old], [foreign], true],
    ["the new secret before the old one", [old], [next, old], false],
    ["lists that share one secret", [next, old], [foreign, old], false],
    ["lists that share none", [next, old], [foreign], true],
  ])("are compared: %s", async (_, first, second, differs) => {
    const store = await storeAt({ now: 0 });
    const before = await noteSecrets(store, fingerprintsOf(first), 0);

    expect(before).toBe(false);
    expect(await hasOtherSecrets(store, fingerprintsOf(second), 1)).toBe(differs);
    expect(await noteSecrets(store, fingerprintsOf(second), 1)).toBe(differs);
    expect(await noteSecrets(store, fingerprintsOf(first), 2)).toBe(differs);
    await store.close();
  });

  it("are forgotten 25 minutes after their last note", async () => {
    const clock = { now: 0 };
    const store = await storeAt(clock);
    await noteSecrets(store, fingerprintsOf([old]), clock.now);
    clock.now = 20 * minute;
    await noteSecrets(store, fingerprintsOf([foreign]), clock.now);
    clock.now = 26 * minute;

    expect(await hasOtherSecrets(store, fingerprintsOf([foreign]), clock.now)).toBe(false);
    expect(await hasOtherSecrets(store, fingerprintsOf([old]), clock.now)).toBe(true);
    await store.close();
  });

  it("take a bounded record, from which no secret can be told", async () => {
    const store = await storeAt({ now: 0 });
    const secrets = Array.from({ length: 50 }, createSecret);
    for (const secret of secrets) await noteSecrets(store, fingerprintsOf([secret]), 0);

    const stored = JSON.stringify(await store.get("secrets:seen"));

    expect(stored.match(/marks/g)).toHaveLength(8);
    expect(stored.match(/"[0-9a-f]{4}"/g)).toHaveLength(8);
    expect(secrets.filter((secret) => stored.includes(secret.slice(0, 8)))).toEqual([]);
    await store.close();
  });

  it("are compared although the record is of another version", async () => {
    const store = await storeAt({ now: 0 });
    await store.set("secrets:seen", { version: 7 }, 60);

    expect(await noteSecrets(store, fingerprintsOf([old]), 0)).toBe(false);
    expect(await hasOtherSecrets(store, fingerprintsOf([foreign]), 0)).toBe(true);
    await store.close();
  });
});
