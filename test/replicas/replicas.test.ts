import { afterEach, describe, expect, it } from "vitest";
import { startReplicas, type Replicas } from "./replicas.ts";

let replicas: Replicas;

afterEach(() => replicas.close());

describe("three replicas that share a Redis", () => {
  it("accept an authorization response once, whichever replicas receive it", async () => {
    replicas = await startReplicas(3);
    const browser = replicas.browserAt(0);
    const start = await browser.open("http://localhost:8080/_auth/start", 0);
    const url = replicas.issuer.consent(String(start.headers.location));
    const Cookie = await browser.jar.getCookieString(url);

    const answers = await Promise.all(
      [0, 1, 2].map((one) => replicas.browserAt(one).ask(url, { headers: { Cookie } })),
    );

    expect(answers.map(({ status }) => status).toSorted()).toEqual([302, 400, 400]);
    expect(replicas.issuer.asked("/token")).toBe(1);
  });
});
