import { afterEach, expect, it } from "vitest";
import { forwarded } from "../peers/sign-in-door.ts";
import { replaceFile, settingsFor, startProcess, type DoorwardProcess } from "../peers/process.ts";

let doorward: DoorwardProcess;
afterEach(() => doorward.close());

const settings = (port: number, log: object) => ({
  ...settingsFor(port),
  rules: [{ allow: "public" }],
  log,
});

it("a reload applies the settings of the log", async () => {
  doorward = await startProcess((port) => settings(port, {}));
  const { port, site, file } = doorward;
  const ask = () => fetch(`http://127.0.0.1:${port}/_auth/verify`, { headers: forwarded(site) });
  const before = await ask();

  await replaceFile(file.path, JSON.stringify(settings(port, { decisions: "all" })));
  doorward.signal("SIGHUP");
  await doorward.logged("new configuration applied");
  const after = await ask();

  expect([before.status, after.status]).toEqual([200, 200]);
  expect(await doorward.logged("allowed")).toMatchObject([{ event: "allowed", reason: "public" }]);
});
