import { expect, it } from "vitest";
import { signInPlace } from "../../server/callback/sign-in-place.ts";

it("keeps the address and the browser without control characters, at most 200 characters each", () => {
  const address = "203.0.113.7";

  expect(signInPlace({ address }, "Firefox/143.0 (\u009b31m\u001b]0;x\u0007\u202E\u2028)")).toEqual(
    {
      address,
      browser: "Firefox/143.0 (31m]0;x)",
    },
  );
  expect(signInPlace({ address: "f".repeat(300) }, "é".repeat(1_000))).toEqual({
    address: "f".repeat(200),
    browser: "é".repeat(200),
  });
  expect(signInPlace({ address: undefined }, null)).toEqual({});
});
