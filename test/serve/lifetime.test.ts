import { Agent } from "node:http";
import { afterEach, expect, it } from "vitest";
import { send } from "../peers/browser.ts";
import { movable, moveClock } from "../peers/move-clock.ts";
import { until } from "../peers/until.ts";
import { forwarded } from "../peers/sign-in-door.ts";
import { startSignedInProcess, type SignedInProcess } from "./signed-in-process.ts";

const sockets = 20;
const enough = 1_000;

let person: SignedInProcess;
const agent = new Agent({ keepAlive: true, maxSockets: sockets });

afterEach(async () => {
  agent.destroy();
  await person.close();
});

it("no request passes after the end of the lifetime, under a load on twenty connections", async () => {
  person = await startSignedInProcess({ session: { lifetime: "50s" } }, movable);
  const { doorward, cookie } = person;
  const headers = { ...forwarded(doorward.site), Cookie: cookie };
  const url = `http://127.0.0.1:${doorward.port}/_auth/verify`;
  const stop = new AbortController();
  const answers: { readonly begun: number; readonly ended: number; readonly status: number }[] = [];
  const load = Array.from({ length: sockets }, async () => {
    while (!stop.signal.aborted) {
      const begun = performance.now();
      const { status } = await send(url, new Map(), { headers, agent });
      answers.push({ begun, ended: performance.now(), status });
    }
  });

  await until(async () => answers.length >= enough);
  const moving = performance.now();
  await moveClock(doorward);
  const moved = performance.now();
  const before = answers.length;
  await until(async () => answers.length >= before + enough);
  stop.abort();
  await Promise.all(load);

  const early = answers.filter(({ ended }) => ended < moving);
  const late = answers.filter(({ begun }) => begun > moved);
  expect(new Set(early.map(({ status }) => status))).toEqual(new Set([200]));
  expect(new Set(late.map(({ status }) => status))).toEqual(new Set([302]));
});
