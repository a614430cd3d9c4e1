import { Agent } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { send } from "../peers/browser.ts";
import { until } from "../peers/until.ts";
import { forwarded } from "../peers/sign-in-door.ts";
import { rejected, startSignedInProcess, type SignedInProcess } from "./signed-in-process.ts";

let ada: SignedInProcess;
afterEach(() => ada.close());

/** Two configurations that grant access by different conditions, and send different headers. */
const byAddress = { access: { emails: ["ada@example.com"] }, headers: { "X-By": "email" } };
const bySubject = { access: { subjects: ["ada"] }, headers: { "X-By": "subject" } };
/** A mixture of both would deny access, or send the wrong value in the header. */
const verdicts = new Set(["200 ada@example.com", "200 ada"]);

/** Sends one request after the other until the signal, and adds every response in a few words. */
async function load(
  answers: string[],
  agent: Agent,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const url = `http://127.0.0.1:${ada.doorward.port}/_auth/verify`;
    const words = await send(url, new Map(), { headers, agent }).then(
      ({ status, headers: { "x-by": by } }) => `${status} ${String(by)}`,
      (error: unknown) => String(error),
    );
    answers.push(words);
  }
}

describe("during twenty reloads", () => {
  it.each([
    ["are kept alive", true],
    ["serve one request each", false],
  ])("no response is wrong, mixed or lost on connections that %s", async (_, keepAlive) => {
    ada = await startSignedInProcess(byAddress);
    const agent = new Agent({ keepAlive, maxSockets: 12 });
    const anonymous = forwarded(ada.doorward.site);
    const known = { ...anonymous, Cookie: ada.cookie };
    const stop = new AbortController();
    const ofAnonymous: string[] = [];
    const ofAda: string[] = [];
    const ask = (answers: string[], headers: Record<string, string>, times: number) =>
      Array.from({ length: times }, () => load(answers, agent, headers, stop.signal));
    const asking = [...ask(ofAnonymous, anonymous, 4), ...ask(ofAda, known, 8)];

    for (let times = 1; times <= 20; times++) {
      await ada.reload(times % 2 === 0 ? byAddress : bySubject);
      const before = ofAda.length;
      await until(async () => ofAda.length >= before + 20); // so that requests meet each of the two
    }
    stop.abort();
    await Promise.all(asking);
    agent.destroy();

    expect(new Set(ofAnonymous)).toEqual(new Set(["302 undefined"]));
    expect(new Set(ofAda)).toEqual(verdicts);
    expect(ada.doorward.stdout()).not.toContain(rejected);
  });
});
