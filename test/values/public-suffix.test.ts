import { expect, it } from "vitest";
import { isPublicSuffix } from "../../server/values/public-suffix.ts";

it.each([
  "com",
  "localhost",
  "co.uk",
  "github.io",
  "s3.amazonaws.com",
  // By the wildcard rules *.ck and *.kawasaki.jp.
  "anything.ck",
  "anything.kawasaki.jp",
])("%s is a public suffix", (domain) => {
  expect(isPublicSuffix(domain)).toBe(true);
});

it.each([
  "example.com",
  "apps.example.co.uk",
  "doorward.github.io",
  "example.home.arpa",
  "home.example",
  // The exceptions !www.ck and !city.kawasaki.jp.
  "www.ck",
  "city.kawasaki.jp",
])("%s is none", (domain) => {
  expect(isPublicSuffix(domain)).toBe(false);
});
