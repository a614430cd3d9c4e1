import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openOwnership } from "../../server/store/file-owner.ts";
import { openStore } from "../../server/store/open-store.ts";

const service = 65_534;
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "doorward-owner-"));
});
afterEach(() => rmSync(home, { recursive: true }));

function ownersBelow(folder: string): Set<number> {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return new Set(paths.map((path) => statSync(join(folder, path)).uid));
}

async function write(base: string): Promise<void> {
  const store = await openStore({ driver: "fs-lite", base });
  await store.set("revoked:company:ada", { version: 1 }, 60);
  await store.announce("ada");
  await store.close();
}

// Only root can write files for another user. On another machine, the command has the service's rights or none.
describe.runIf(process.geteuid?.() === 0)(
  "what root writes into the folder of another user",
  () => {
    it("belongs to that user", async () => {
      chownSync(home, service, service);

      await write(home);

      expect(ownersBelow(home)).toEqual(new Set([service]));
    });

    it("belongs to that user also in a folder that root made there", async () => {
      chownSync(home, service, service);

      await write(join(home, "data", "sessions"));

      expect(ownersBelow(home)).toEqual(new Set([service]));
    });

    it("is given through no link, which that user could have put there", async () => {
      const outside = join(home, "of-root");
      const link = join(home, "link");
      mkdirSync(outside);
      symlinkSync(outside, link);
      chownSync(home, service, service);
      const ownership = await openOwnership(home);

      await expect(ownership.giveFolders(link, link)).rejects.toMatchObject({ code: "ENOTDIR" });

      expect(statSync(outside).uid).toBe(0);
    });

    it("stays root's in a folder of root", async () => {
      await write(join(home, "sessions"));

      expect(ownersBelow(home)).toEqual(new Set([0]));
    });
  },
);
