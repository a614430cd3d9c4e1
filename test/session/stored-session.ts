import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "../peers/browser.ts";
import { openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";

export interface StoredSession {
  readonly door: SignInDoor;
  readonly base: string;
  readonly browser: Browser;
  /** The `Cookie` header of the browser. */
  readonly cookie: string;
  /** The files of its sessions. */
  files(): Promise<string[]>;
  close(): Promise<void>;
}

/** Ada, signed in at a doorward whose store is a folder. */
export async function storeSession(settings: Record<string, unknown> = {}): Promise<StoredSession> {
  const parent = await mkdtemp(join(tmpdir(), "doorward-test-"));
  const base = join(parent, "data");
  const door = await openSignInDoor({ storage: { driver: "fs-lite", base }, ...settings });
  const browser = door.browser();
  await door.signIn(browser);
  return {
    door,
    base,
    browser,
    cookie: await browser.jar.getCookieString(door.site),
    async files() {
      const entries = await readdir(base, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile() && entry.parentPath.endsWith("/session"))
        .map((entry) => join(entry.parentPath, entry.name));
    },
    async close() {
      await door.close();
      await rm(parent, { recursive: true });
    },
  };
}
