import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { createStorage, type Driver } from "unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStore } from "../../server/store/open-store.ts";
import { createStore } from "../../server/store/plain-store.ts";
import type { Store } from "../../server/store/store.ts";
import { capturingLog } from "../peers/capturing-log.ts";
import { itIsAtomic, itIsAStore } from "./verbs.ts";

describe.each(["memory", "fs", "fs-lite"])("the %s driver", (driver) => {
  let base: string;
  let store: Store;
  beforeAll(async () => {
    base = await mkdtemp(join(tmpdir(), "doorward-test-"));
    store = await openStore({ driver, base });
  });
  afterAll(async () => {
    await store.close();
    await rm(base, { recursive: true });
  });

  itIsAStore(() => ({ store, other: store }));
  itIsAtomic(() => ({ store, other: store }));

  it("expires a record after its TTL", async () => {
    await store.set("session:short", { version: 1 }, 0.2);
    await store.set("session:long", { version: 1 }, 100 * 86_400);

    expect(await store.get("session:short")).not.toBeNull();
    await expect.poll(() => store.get("session:short")).toBeNull();

    expect(await store.replace("session:short", { version: 2 }, 60, 1)).toBe(false);
    expect(await store.get("session:long")).not.toBeNull();
  });
});

describe("a file store", () => {
  let base: string;
  beforeAll(async () => (base = await mkdtemp(join(tmpdir(), "doorward-test-"))));
  afterAll(() => rm(base, { recursive: true }));

  it("makes every folder and file accessible to its owner only", async () => {
    const store = await openStore({ driver: "fs-lite", base });
    await store.set("session:a", { version: 1 }, 60);
    await store.announce("mark");
    await store.close();

    const entries = await readdir(base, { recursive: true, withFileTypes: true });
    const paths = [base, ...entries.map(({ parentPath, name }) => join(parentPath, name))];
    const modes = await Promise.all(paths.map(async (path) => (await stat(path)).mode & 0o077));

    expect(modes.length).toBeGreaterThan(5);
    expect(new Set(modes)).toEqual(new Set([0]));
  });

  it("writes records atomically when two processes write at once, and leaves no temporary file", async () => {
    const [service, command] = await Promise.all([
      openStore({ driver: "fs-lite", base }),
      openStore({ driver: "fs-lite", base }),
    ]);
    const values = ["a", "b"].map((letter) => ({ version: 1, text: letter.repeat(200_000) }));

    for (let round = 0; round < 20; round++) {
      await Promise.all(
        [service, command].map((store, at) => store.set("session:two", values[at] ?? {}, 60)),
      );
      const { until: _, ...kept } = Object(await service.get("session:two"));
      expect(values).toContainEqual(kept);
    }

    await Promise.all([service.close(), command.close()]);
    expect(await readdir(join(base, "session"))).not.toContainEqual(expect.stringContaining("new"));
  });

  it("leaves no temporary file after a failed write", async () => {
    const store = await openStore({ driver: "fs-lite", base });
    await mkdir(join(base, "taken", "by-a-folder"), { recursive: true });

    const given = store.set("taken:by-a-folder", { version: 1 }, 60);

    await expect(given).rejects.toMatchObject({ code: "store_unreachable" });
    expect(await readdir(join(base, "taken"))).toEqual(["by-a-folder"]);
    await store.close();
  });

  it("receives announcements of another process on the machine", async () => {
    const service = await openStore({ driver: "fs-lite", base });
    const received: string[] = [];
    service.onAnnounced((mark) => received.push(mark));
    const source = new URL("../../server/store/open-store.ts", import.meta.url).href;
    const command = `
      const { openStore } = await import(${JSON.stringify(source)});
      const store = await openStore({ driver: "fs-lite", base: ${JSON.stringify(base)} });
      await Promise.all(["one", "two", "three"].map((mark) => store.announce(mark)));
      await store.close();`;

    await promisify(execFile)(process.execPath, ["--input-type=module", "-e", command]);

    const ours = () => ["one", "two", "three"].filter((mark) => received.includes(mark));
    await expect.poll(ours).toHaveLength(3);
    expect(service.hearsAnnouncements).toBe(true);
    await service.close();
  });
});

describe("a store whose announcements cannot be read", () => {
  it("has every request read its session, logs that once, and drops caches when it can read again", async () => {
    let isFailing = false;
    const data = memoryDriver(undefined);
    const driver: Driver = {
      ...data,
      getItem: (key, options) =>
        isFailing && key === "announced" ? new Error("EACCES") : data.getItem(key, options),
    };
    const { log, events } = capturingLog();
    const store = createStore(createStorage({ driver }), { reach: "machine", expires: true, log });
    let reconnected = 0;
    store.onReconnected(() => reconnected++);
    const before = store.hearsAnnouncements;

    isFailing = true;
    await expect.poll(() => store.hearsAnnouncements).toBe(false);
    const dropped = reconnected;
    isFailing = false;
    await expect.poll(() => store.hearsAnnouncements).toBe(true);
    await store.close();

    expect(before).toBe(true);
    expect(reconnected).toBeGreaterThan(dropped);
    expect(events.map(({ reason }) => reason)).toEqual(["EACCES"]);
  });
});

describe("a store that leaves the polls of announcements without a response", () => {
  /** Its reads of announcements wait for `hold.release`. */
  function openHeldStore() {
    const held: ((outcome: Error | undefined) => void)[] = [];
    const data = memoryDriver(undefined);
    const hold = {
      isOn: false,
      get waiting() {
        return held.length;
      },
      release: (outcome?: Error, count = held.length) =>
        held.splice(0, count).forEach((end) => end(outcome)),
    };
    const driver: Driver = {
      ...data,
      async getItem(key, options) {
        const isHeld = hold.isOn && key === "announced";
        const outcome = isHeld && (await new Promise<Error | undefined>((end) => held.push(end)));
        if (outcome) throw outcome;
        return data.getItem(key, options);
      },
    };
    const { log, events } = capturingLog();
    const store = createStore(createStorage({ driver }), { reach: "machine", expires: true, log });
    return { store, events, hold };
  }

  it("has every request read its session, and trusts its caches again after a response in time", async () => {
    const { store, events, hold } = openHeldStore();
    let reconnected = 0;
    store.onReconnected(() => reconnected++);
    const before = store.hearsAnnouncements;

    hold.isOn = true;
    await expect.poll(() => store.hearsAnnouncements).toBe(false);
    const dropped = reconnected;
    hold.release(undefined, 1); // the first response, which is late
    await expect.poll(() => reconnected).toBeGreaterThan(dropped);
    const afterLate = store.hearsAnnouncements;
    hold.isOn = false;
    hold.release();
    await expect.poll(() => store.hearsAnnouncements).toBe(true);
    await store.close();

    expect([before, afterLate]).toEqual([true, false]);
    expect(events.map(({ reason }) => reason)).toEqual(["no response to 3 polls"]);
  });

  it("is not distrusted again by the failures of earlier polls", async () => {
    const { store, events, hold } = openHeldStore();

    hold.isOn = true;
    await expect.poll(() => store.hearsAnnouncements).toBe(false);
    hold.isOn = false;
    await expect.poll(() => store.hearsAnnouncements).toBe(true);
    expect(hold.waiting).toBeGreaterThan(2);
    hold.release(new Error("ETIMEDOUT"));
    await store.announce("a");
    const after = store.hearsAnnouncements;
    await store.close();

    expect(after).toBe(true);
    expect(events).toHaveLength(1);
  });
});

describe("a store with slow writes", () => {
  it("delivers a hundred concurrent announcements", async () => {
    const data = memoryDriver(undefined);
    const driver: Driver = {
      ...data,
      async setItem(key, value, options) {
        await pause(20);
        await data.setItem?.(key, value, options);
      },
    };
    const [store, other] = [1, 2].map(() =>
      createStore(createStorage({ driver }), { reach: "machine", expires: true }),
    ) as [Store, Store];
    const received = new Set<string>();
    other.onAnnounced((mark) => received.add(mark));
    const marks = Array.from({ length: 100 }, (_, index) => `mark-${index}`);

    await Promise.all(marks.map((mark) => store.announce(mark)));

    await expect.poll(() => received).toEqual(new Set(marks));
    await Promise.all([store.close(), other.close()]);
  });
});

describe("an in-process store", () => {
  it("uses the clock of the service", async () => {
    let clock = Date.now();
    const store = await openStore({ driver: "memory" }, { now: () => clock });
    await store.set("session:a", { version: 1 }, 3_600);

    clock += 3_599_999;
    const before = await store.get("session:a");
    clock += 1;
    const after = await store.get("session:a");
    await store.close();

    expect(before).toMatchObject({ version: 1 });
    expect(after).toBeNull();
  });

  it("refuses new leases instead of dropping one", async () => {
    const store = createStore(createStorage({ driver: memoryDriver(undefined) }));
    for (let index = 0; index < 100_000; index++) await store.claim(`lease:${index}`, "x", 60_000);

    await expect(store.claim("lease:more", "x", 60_000)).rejects.toMatchObject({
      code: "store_unreachable",
    });

    expect(await store.claim("lease:0", "x", 60_000)).toBe(false);
    await store.release("lease:0", "x");
    expect(await store.claim("lease:more", "x", 60_000)).toBe(true);
  });

  it.each(["state", "logout"])(
    "stays usable when it is full of %s claims, and drops only the oldest of them",
    async (kind) => {
      const store = createStore(createStorage({ driver: memoryDriver(undefined) }));
      const others = ["state:x", "logout:x", "lease:x", "sweep"].filter(
        (key) => !key.startsWith(kind),
      );
      for (const key of others) await store.claim(key, "ada", 60_000);

      for (let index = 0; index <= 100_000; index++) {
        if (!(await store.claim(`${kind}:${index}`, "eve", 60_000))) throw new Error(`no ${index}`);
      }

      expect(await store.claim(`${kind}:1`, "eve", 60_000)).toBe(false);
      expect(await store.claim(`${kind}:100000`, "eve", 60_000)).toBe(false);
      for (const key of others) expect(await store.claim(key, "bob", 60_000)).toBe(false);
      expect(await store.claim("lease:new", "ada", 60_000)).toBe(true);
      expect(await store.extend("lease:x", "ada", 60_000)).toBe(true);
      expect(await store.claim(`${kind}:0`, "ada", 60_000)).toBe(true);
    },
  );

  it("keeps a record removed when a replacement lands later", async () => {
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
