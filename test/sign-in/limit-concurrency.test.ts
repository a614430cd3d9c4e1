import { expect, it } from "vitest";
import { limitConcurrency } from "../../server/sign-in/limit-concurrency.ts";

it("as many requests run at once as the limit allows, whether they succeed or fail", async () => {
  const bounded = limitConcurrency(2, "https://id.example.com");
  const first = Promise.withResolvers<string>();
  const second = Promise.withResolvers<string>();
  const running = [bounded(() => first.promise), bounded(() => second.promise)];

  await expect(bounded(async () => "third")).rejects.toMatchObject({
    code: "issuer_unreachable",
    message: "more than 2 concurrent requests to https://id.example.com",
  });
  first.resolve("first");
  expect(await running[0]).toBe("first");
  expect(await bounded(async () => "fourth")).toBe("fourth");
  second.reject(new Error("refused"));
  await expect(running[1]).rejects.toThrow("refused");
  expect(await Promise.all([bounded(async () => 5), bounded(async () => 6)])).toEqual([5, 6]);
});
