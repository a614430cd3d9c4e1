import { mkdir, open, rename, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { replaceFile, writeConfig } from "../peers/process.ts";
import {
  rejected,
  applied,
  startSignedInProcess,
  type SignedInProcess,
} from "./signed-in-process.ts";

let ada: SignedInProcess | undefined;
afterEach(() => ada?.close());

/** Replaces a link atomically. */
async function replaceLink(target: string, path: string): Promise<void> {
  await symlink(target, `${path}.new`);
  await rename(`${path}.new`, path);
}

/** As Kubernetes mounts a ConfigMap: the file is a link into `..data`, which is a link to the version's folder. */
async function mountVersion(path: string, version: string, text: string): Promise<void> {
  const folder = dirname(path);
  await mkdir(join(folder, version));
  await writeFile(join(folder, version, "doorward.json"), text);
  await replaceLink(version, join(folder, "..data"));
}

/** In pieces, longer than doorward takes to look at a file twice. */
async function writeSlowly(path: string, text: string): Promise<void> {
  const file = await open(path, "w");
  for (let written = 0; written < text.length; written += Math.ceil(text.length / 8)) {
    await file.write(text.slice(written, written + Math.ceil(text.length / 8)));
    await wait(400);
  }
  await file.close();
}

type Change = (ada: SignedInProcess, path: string, text: string) => Promise<void>;

const ways: [string, Change][] = [
  ["is written in place", (_, path, text) => writeFile(path, text)],
  ["is replaced, as editors do", (_, path, text) => replaceFile(path, text)],
  ["is written in pieces", (_, path, text) => writeSlowly(path, text)],
  [
    "is missing for a moment",
    async (_, path, text) => {
      await rename(path, `${path}.old`);
      await wait(100);
      await writeFile(path, text);
    },
  ],
  [
    "is incomplete at a SIGHUP, and complete a moment later",
    async ({ doorward }, path, text) => {
      await writeFile(path, text.slice(0, text.length / 2));
      doorward.signal("SIGHUP");
      await wait(100);
      await replaceFile(path, text);
    },
  ],
  [
    "is replaced by a link of a parent folder, as Kubernetes does",
    async ({ doorward }, path, text) => {
      await mountVersion(path, "..one", text.replace("eve@", "ada@"));
      await replaceLink(join("..data", "doorward.json"), path);
      await doorward.logged(applied);
      await mountVersion(path, "..two", text);
      await doorward.logged(applied, 2);
    },
  ],
];

describe("a configuration file that", () => {
  it.concurrent.for(ways)("%s is applied, without a fault in the log", async ([, change], test) => {
    const one = await startSignedInProcess({ access: { emails: ["ada@example.com"] } });
    test.onTestFinished(() => one.close());
    const before = await one.isAlive();
    const changed = { ...one.settings, access: { emails: ["eve@example.com"] } };

    await change(one, one.doorward.file.path, JSON.stringify(changed));
    await one.doorward.logged(applied);
    const after = await one.isAlive();

    expect([before, after]).toEqual([true, false]);
    expect(one.doorward.stdout()).not.toContain(rejected);
  });
});

it("a file that the environment names is applied when it changes", async () => {
  const access = await writeConfig({ emails: ["ada@example.com"] });
  ada = await startSignedInProcess({}, { DOORWARD_ACCESS_FILE: access.path });
  const before = await ada.isAlive();

  await replaceFile(access.path, JSON.stringify({ emails: ["eve@example.com"] }));
  await ada.doorward.logged(applied);
  const after = await ada.isAlive();
  await access.remove();

  expect([before, after]).toEqual([true, false]);
});

describe("an invalid configuration", () => {
  it("changes nothing, is logged with every fault and its line, and can be fixed without a restart", async () => {
    ada = await startSignedInProcess();
    const { doorward, settings } = ada;
    const { path } = doorward.file;
    const faults = { ...settings, sesion: {}, listen: { port: 0 }, access: { emails: ["eve"] } };
    const syntax = JSON.stringify(settings, undefined, 2).replace('"access":', '"access"');

    await replaceFile(path, JSON.stringify(faults));
    const [event] = await doorward.logged(rejected);
    await replaceFile(path, syntax);
    const [, second] = await doorward.logged(rejected, 2);
    const meanwhile = await ada.isAlive();
    await ada.reload({ access: { emails: ["eve@example.com"] } });
    const fixed = await ada.isAlive();

    expect(event?.level).toBe(50);
    for (const part of [path, "sesion: ", "listen.port: ", "access.emails.0: "])
      expect(event?.detail).toContain(part);
    expect(Date.parse(String(event?.since))).toBeLessThanOrEqual(Date.now());
    const line = syntax.slice(0, syntax.indexOf('"access"')).split("\n").length;
    expect(second?.detail).toMatch(new RegExp(`${path}.*at line ${line},`, "s"));
    expect([meanwhile, fixed]).toEqual([true, false]);
    expect(doorward.stdout()).not.toContain(String(settings.secret));
  });

  it.each([
    ["is no longer there", (path: string) => rename(path, `${path}.old`), "doorward.json"],
    [
      "names a store that cannot be opened",
      (path: string, settings: object) =>
        replaceFile(
          path,
          JSON.stringify({ ...settings, storage: { driver: "fs-lite", base: join(path, "data") } }),
        ),
      "storage.base",
    ],
    [
      "names a file of users that is not there",
      (path: string, settings: object) =>
        replaceFile(path, JSON.stringify({ ...settings, users: join(path, "users") })),
      "users",
    ],
  ])("that %s is rejected", async (_, change, named) => {
    ada = await startSignedInProcess();

    await change(ada.doorward.file.path, ada.settings);
    const [event] = await ada.doorward.logged(rejected);
    const isAlive = await ada.isAlive();

    expect(event?.detail).toContain(named);
    expect(isAlive).toBe(true);
  });
});
