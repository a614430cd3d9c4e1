import { describe, expect, it } from "vitest";
import type { Identity } from "../../server/identity/identity.ts";
import { gapsFor } from "../../server/policy/gaps.ts";

const identity: Identity = {
  issuer: "https://id.example.com",
  subject: "ada",
  email: undefined,
  groups: [],
  gaps: { email: "no address", groups: "no list" },
  name: undefined,
  preferredUsername: undefined,
  provider: "company",
  claims: { level: "3", department: "art", teams: [1], vip: true },
};
const noEmail = "no address";
const noGroups = "no list";

describe("the gaps behind a denial", () => {
  it.each<[object[], object | undefined]>([
    [[{ emails: [] }], { noEmail }],
    [[{ domains: ["example.com"] }], { noEmail }],
    [[{ groups: ["ops"] }], { noGroups }],
    [[{ subjects: ["bob"] }, { groups: ["ops"] }, { emails: [] }], { noEmail, noGroups }],
    [[{ all: [{ domains: ["example.com"] }, { groups: ["ops"] }] }], { noEmail, noGroups }],
    [[{ subjects: ["bob"] }], undefined],
    [[], undefined],
  ])("by the lists %j are those that the lists compare: %j", (lists, gaps) => {
    expect(gapsFor(identity, lists)).toEqual(gaps);
    expect(gapsFor({ ...identity, gaps: undefined }, lists)).toBeUndefined();
  });

  it("are the reason why groups could not be read, if that is so", () => {
    const groupsFault = { reason: "403", isTransient: false };

    expect(gapsFor({ ...identity, groupsFault }, [{ groups: ["ops"] }])).toEqual({
      noGroups: "the groups could not be read: 403",
    });
  });

  it("name the claims of a rule and their forms, without their values", () => {
    const claims = { level: 3, department: "art", teams: ["x", 2], vip: "yes", city: ["Rome"] };

    expect(gapsFor(identity, [undefined, { claims }])).toEqual({
      noClaims: [
        "level is a string, and none of the listed values (number)",
        "teams is a list of numbers, and none of the listed values (string or number)",
        "vip is a boolean, and none of the listed values (string)",
        "city is absent, and none of the listed values (string)",
      ].join("; "),
    });
    expect(gapsFor(identity, [{ claims: { department: ["art", "law"] } }])).toBeUndefined();
  });
});
