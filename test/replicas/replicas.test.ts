import { afterEach, describe, expect, it } from "vitest";
import { until } from "../peers/until.ts";
import { startReplicas, type Replicas } from "./replicas.ts";

let replicas: Replicas;

afterEach(() => replicas.close());

describe("three replicas that share a Redis", () => {
  it("accept an authorization response once, whichever replicas receive it", async () => {
    replicas = await startReplicas(3);
    const { issuer } = replicas;
    let [attempts, accepted] = [0, 0];
    let answers: number[] = [];

    // Again with a new response while one is answered with 503: Redis stalls for longer than doorward waits.
    await until(async () => {
      const browser = replicas.browserAt(0);
      const start = await browser.open("http://localhost:8080/_auth/start", 0);
      const url = issuer.consent(String(start.headers.location));
      const Cookie = await browser.jar.getCookieString(url);
      const callbacks = [0, 1, 2].map((one) =>
        replicas.browserAt(one).ask(url, { headers: { Cookie } }),
      );
      answers = (await Promise.all(callbacks)).map(({ status }) => status);
      attempts++;
      accepted = Math.max(accepted, answers.filter((status) => status === 302).length);
      return !answers.includes(503);
    });

    expect(answers.toSorted()).toEqual([302, 400, 400]);
    expect(accepted).toBe(1);
    expect(issuer.asked("/token")).toBeLessThanOrEqual(attempts);
  });
});
