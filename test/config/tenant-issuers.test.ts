import { expect, it } from "vitest";
import { issuersOf, isTemplated } from "../../server/config/tenant-issuers.ts";

const template = "https://login.example.com/{tenantid}/v2.0";
const single = "https://id.example.com";

it("the issuers of a provider are the issuer itself, or that of each listed tenant", () => {
  expect(isTemplated(single)).toBe(false);
  expect(isTemplated(template)).toBe(true);
  expect(issuersOf({ issuer: single }, ["one"])).toEqual([single]);
  expect(issuersOf({ issuer: template }, ["one", "$&"])).toEqual([
    "https://login.example.com/one/v2.0",
    "https://login.example.com/$&/v2.0",
  ]);
  expect(issuersOf({ issuer: template })).toEqual([]);
});
