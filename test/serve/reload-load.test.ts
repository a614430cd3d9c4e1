import { Agent } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { send } from "../peers/browser.ts";
import { forwarded } from "../peers/sign-in-door.ts";
import { notTaken, startSignedInProcess, type SignedInProcess } from "./signed-in-process.ts";

let ada: SignedInProcess;
afterEach(() => ada.close());

/** Two configurations that let pass by another condition, and say so in another header. */
const byAddress = { access: { emails: ["ada@example.com"] }, headers: { "X-By": "email" } };
const bySubject = { access: { subjects: ["ada"] }, headers: { "X-By": "subject" } };
/** Either of the halves of both would deny, or name the one by the other's header. */
const verdicts = new Set(["200 ada@example.com", "200 ada"]);

/** Asks one request after the other until it is told to end; tells every answer in a few words. */
async function load(agent: Agent, headers: Record<string, string>, signal: AbortSignal) {
  const answers: string[] = [];
  while (!signal.aborted) {
    const url = `http://127.0.0.1:${ada.doorward.port}/_auth/verify`;
    const words = await send(url, new Map(), { headers, agent }).then(
      ({ status, headers: { "x-by": by } }) => `${status} ${String(by)}`,
      (error: unknown) => String(error),
    );
    answers.push(words);
  }
  return answers;
}

describe("during twenty reloads", () => {
  it.each([
    ["live on", true],
    ["serve one request each", false],
  ])("no answer is wrong, mixed or lost on connections that %s", async (_, keepAlive) => {
    ada = await startSignedInProcess(byAddress);
    const agent = new Agent({ keepAlive, maxSockets: 12 });
    const stranger = forwarded(ada.doorward.site);
    const known = { ...stranger, Cookie: ada.cookie };
    const stop = new AbortController();
    const ask = (headers: Record<string, string>, times: number) =>
      Promise.all(Array.from({ length: times }, () => load(agent, headers, stop.signal)));
    const asking = [ask(stranger, 4), ask(known, 8)];

    for (let times = 1; times <= 20; times++) {
      await ada.reload(times % 2 === 0 ? byAddress : bySubject);
      await wait(20); // so that requests meet each of the two
    }
    stop.abort();
    const [ofStrangers = [], ofAda = []] = await Promise.all(asking).then((all) =>
      all.map((lists) => lists.flat()),
    );
    agent.destroy();

    expect(new Set(ofStrangers)).toEqual(new Set(["302 undefined"]));
    expect(new Set(ofAda)).toEqual(verdicts);
    expect(ofAda.length).toBeGreaterThan(400);
    expect(ada.doorward.stdout()).not.toContain(notTaken);
  });
});
