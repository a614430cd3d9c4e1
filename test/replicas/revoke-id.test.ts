import { afterEach, describe, expect, it } from "vitest";
import { runDoorward } from "../peers/process.ts";
import { leastOf } from "../peers/times.ts";
import { until } from "../peers/until.ts";
import { startReplicas, type Replicas } from "./replicas.ts";

let replicas: Replicas;
afterEach(() => replicas.close());

describe.each([
  ["Redis", 3, {}, 100],
  // A file store is polled once a second, and the command waits until that is over.
  ["a folder", 1, { replicas: false, storage: { driver: "fs-lite", base: "data" } }, 100],
] as const)("`sessions revoke --id` next to a service with %s", (_, count, settings, mostMs) => {
  it(
    "ends the session of a log line on every replica in time, and no other",
    { timeout: 120_000 },
    async () => {
      replicas = await startReplicas(count, settings);
      const [first] = replicas.processes;
      // Again if Redis stalls for longer than the command waits.
      const run = async (...words: string[]) => {
        const all = ["sessions", ...words, "--config", first?.file.path ?? ""];
        let stdout = "";
        await until(async () => {
          const ended = await runDoorward(all, {}, first?.file.folder);
          stdout = ended.stdout;
          return ended.code === 0;
        });
        return stdout;
      };
      const statuses = (cookie: string) =>
        Promise.all(replicas.processes.map((__, one) => replicas.statusOf(one, cookie)));
      const kept = await replicas.signedIn();
      let signIns = 1;

      const took = await leastOf(mostMs, async () => {
        const cookie = await replicas.signedIn();
        const lines = (await first?.logged("signed in", ++signIns)) ?? [];
        const id = String(lines.at(-1)?.session);
        const before = await statuses(cookie);
        const listed = await run("list", "--subject", "ada", "--json");

        const shown = await run("revoke", "--id", id);
        const passing = await replicas.passing(cookie);

        expect(new Set(before)).toEqual(new Set([200]));
        expect(listed).toContain(`"id":"${id}"`);
        expect(shown).toContain(`ended the session ${id} of ada`);
        expect(await run("list", "--json")).not.toContain(id);
        return passing;
      });

      expect(took).toBeLessThan(mostMs);
      expect(new Set(await statuses(kept))).toEqual(new Set([200]));
      const ends = (await first?.logged("session ended")) ?? [];
      expect(ends[0]).toMatchObject({ reason: "revoked", subject: "ada" });
    },
  );
});
