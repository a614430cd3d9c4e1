import { describe, expect, it } from "vitest";
import { createSite } from "../../server/config/site.ts";
import { longestLocation } from "../../server/http/response.ts";
import { startUrl } from "../../server/sign-in/start-url.ts";

const site = createSite({
  url: "https://app.example.com/_auth",
  cookie: {},
  access: { anyone: true },
});
const returnTo = "https://app.example.com/a?b=c&d=é";

describe("the address of /start", () => {
  it("has the target and the provider", () => {
    expect(startUrl(site, { returnTo, provider: "company" })).toBe(
      `https://app.example.com/_auth/start?${new URLSearchParams({ rd: returnTo, provider: "company" })}`,
    );
  });

  it("has what else is asked of the sign-in", () => {
    const stepUp = { maxAgeMs: 90_000, acr: ["gold", "silver"] };
    const url = startUrl(site, {
      returnTo,
      provider: "company",
      prompt: "login",
      seen: "x",
      stepUp,
    });

    expect(Object.fromEntries(new URL(url).searchParams)).toEqual({
      rd: returnTo,
      provider: "company",
      prompt: "login",
      seen: "x",
      max_age: "90",
      acr_values: "gold silver",
    });
  });

  it("has the target's origin where it would be too long for a head", () => {
    const wish = { provider: "company", prompt: "login" };
    const base = startUrl(site, { ...wish, returnTo: "https://app.example.com/" }).length;
    const fits = `https://app.example.com/${"a".repeat(longestLocation - base)}`;

    expect(startUrl(site, { ...wish, returnTo: fits })).toHaveLength(longestLocation);
    expect(new URL(startUrl(site, { ...wish, returnTo: `${fits}a` })).searchParams.get("rd")).toBe(
      "https://app.example.com/",
    );
  });
});
