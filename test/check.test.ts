import { describe, expect, it } from "vitest";
import { check } from "../server/check.ts";
import { configOf } from "./peers/doorward.ts";

async function findings(trustedProxies: string[]): Promise<string[]> {
  const config = configOf({
    url: "https://auth.example.com",
    providers: { company: { type: "oidc", issuer: "http://127.0.0.1:1/", clientId: "door" } },
    access: { anyone: true },
    rules: [{ ip: "203.0.113.0/24", allow: "public" }],
    trustedProxies,
  });
  const found = await check(config);
  return found.filter(({ isFault }) => isFault).map(({ text }) => text);
}

describe("rules about addresses", () => {
  it("are a fault where whoever sits inside could claim any address", async () => {
    const wide = await findings(["loopback", "private"]);
    const narrow = await findings(["127.0.0.1"]);

    expect(wide.some((text) => text.startsWith("rules with ip"))).toBe(true);
    expect(narrow.some((text) => text.startsWith("rules with ip"))).toBe(false);
  });
});
