import { generateKeyPairSync } from "node:crypto";
import * as fc from "fast-check";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { signIdentity } from "../../server/assertion/claims.ts";
import { parseSigningKeys } from "../../server/assertion/signing-key.ts";
import { newSession } from "../peers/sessions.ts";

const { privateKey } = generateKeyPairSync("ed25519");
const [key] = parseSigningKeys(privateKey.export({ type: "pkcs8", format: "pem" }).toString());
const { identity } = newSession({ url: new URL("https://auth.example.com/") });
const use = {
  iss: "https://auth.example.com",
  aud: "https://app.example.com",
  now: 0,
  mostBytes: 1_000,
  named: new Set(["all"]),
};

describe("signIdentity", () => {
  it("signs nothing for an empty subject", () => {
    const { assertion, omitted } = signIdentity(key, { ...identity, subject: "" }, use);

    expect([assertion, omitted]).toEqual(["", expect.stringContaining("subject")]);
  });

  it("leaves out groups that every account has, unless a rule names them", () => {
    const groups = ["staff", "everyone", "all"];

    const { assertion, omitted } = signIdentity(
      key,
      { ...identity, groups, defaultGroups: ["everyone", "all"] },
      use,
    );

    expect(decodeJwt(assertion).groups).toEqual(["staff", "all"]);
    expect(omitted).toBeUndefined();
  });

  it("never exceeds its limit, and has as many groups as fit", () => {
    const anyGroups = fc.array(fc.string({ unit: "binary", maxLength: 60 }), { maxLength: 60 });
    fc.assert(
      fc.property(anyGroups, fc.integer({ min: 300, max: 3_000 }), (groups, mostBytes) => {
        const { assertion } = signIdentity(key, { ...identity, groups }, { ...use, mostBytes });
        expect(assertion.length).toBeLessThanOrEqual(mostBytes);
        const signed = assertion === "" ? [] : (decodeJwt(assertion).groups as string[]);
        const usable = groups.filter(
          (group) => !/\p{Cc}|^\s|\s$/u.test(group) && group.isWellFormed(),
        );
        expect(signed).toEqual(usable.slice(0, signed.length));
        const next = usable[signed.length];
        const longer = JSON.stringify(next ?? "").length * 3 + 10;
        expect(
          next === undefined || assertion === "" || assertion.length + longer * 2 > mostBytes,
        ).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
