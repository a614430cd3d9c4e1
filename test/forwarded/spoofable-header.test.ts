import { describe, expect, it } from "vitest";
import { createSpoofedHeaders, refusesSpoofed } from "../../server/forwarded/spoofable-header.ts";
import {
  identityFamilies,
  rewriteFamilies,
  sentByProxies,
} from "../../server/forwarded/spoofable-families.ts";

const find = createSpoofedHeaders(["X-Full-Name", "Authorization", "X-Forwarded-Host"]);

/** The headers of an ordinary request, in front of one more. */
function among(name: string): string[] {
  const usual = ["Host", "Cookie", "User-Agent", "X-Forwarded-For", "X-Real-IP", "Accept"];
  return [...usual, name, "Referer"].flatMap((one) => [one, "x"]);
}

describe("a header of the visitor", () => {
  it.each([
    "X-WebAuth-Role",
    "x-webauth-role",
    "X_WEBAUTH_ROLE",
    "X.WebAuth-Role",
    "Remote-User",
    "X-Rewrite-URL",
    "X_Original_URL",
    "X-Full-Name",
    "x_full.name",
    ...[...identityFamilies, ...rewriteFamilies].map((family) => `${family}9`),
  ])("is found if it is %s", (name) => {
    expect(find(among(name))).toBe(name);
  });

  it.each([
    "Authorization", // doorward itself reads it
    "X-Forwarded-Host",
    "X-Full-Name-2",
    "X-Full",
    "X-Remote",
    "X-Auth-Token",
    "X-User-Id",
    "Cf-Access-Jwt-Assertion",
    "X-WebAuth\u00e9-Role",
    "Remoté-User",
    "__proto__",
    "",
    ...sentByProxies,
  ])("is not found if it is %s", (name) => {
    expect(find(among(name))).toBeUndefined();
  });
});

describe("the query of /verify", () => {
  it.each(["identity_headers=refuse", "allowed_groups=a&identity_headers=", "identity%5Fheaders"])(
    "asks to refuse them with %s",
    (query) => {
      expect(refusesSpoofed(query)).toBe(true);
    },
  );

  it.each(["", "allowed_groups=identity_headers", "x_identity_headers=refuse"])(
    "does not with %j",
    (query) => {
      expect(refusesSpoofed(query)).toBe(false);
    },
  );
});
