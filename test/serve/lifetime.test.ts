import { Agent } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { send } from "../peers/browser.ts";
import { forwarded } from "../peers/sign-in-door.ts";
import { startSignedInProcess, type SignedInProcess } from "./signed-in-process.ts";

const lifetimeMs = 3_000;
const sockets = 20;
const perSecond = 1_000;

let person: SignedInProcess;
const agent = new Agent({ keepAlive: true, maxSockets: sockets });

afterEach(async () => {
  agent.destroy();
  await person.close();
});

it(
  "no request passes more than a second after the end of the lifetime, at a thousand requests a second",
  { timeout: 60_000 },
  async () => {
    person = await startSignedInProcess({ session: { lifetime: `${lifetimeMs / 1_000}s` } });
    const signedIn = performance.now(); // the session began before
    const { doorward, cookie } = person;
    const headers = { ...forwarded(doorward.site), Cookie: cookie };
    const url = `http://127.0.0.1:${doorward.port}/_auth/verify`;
    const answers: { readonly begun: number; readonly status: number }[] = [];
    const sent: Promise<void>[] = [];
    const ask = async () => {
      const begun = performance.now() - signedIn;
      const { status } = await send(url, new Map(), { headers, agent });
      answers.push({ begun, status });
    };

    await wait(lifetimeMs - 1_000);
    const first = performance.now();
    for (let now = first; now < first + 2_500; now = performance.now()) {
      while (sent.length < ((now - first) / 1_000) * perSecond) sent.push(ask());
      await wait(1);
    }
    await Promise.all(sent);

    const passed = answers.filter(({ status }) => status === 200).map(({ begun }) => begun);
    expect(answers.length).toBeGreaterThan(2_000);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 302]));
    expect(passed.length).toBeGreaterThan(100);
    expect(Math.max(...passed)).toBeLessThan(lifetimeMs + 1_000);
  },
);
