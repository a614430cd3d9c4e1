import { describe, expect, it } from "vitest";
import { parseRecord, shape } from "../../server/session/record.ts";

const record = {
  shape,
  identity: {
    issuer: "https://id.example.com",
    subject: "ada",
    email: "ada@example.com",
    groups: ["staff"],
    defaultGroups: ["role:offline_access"],
    groupsFault: { reason: "not read", isTransient: true },
    gaps: { email: "email is absent", groups: "groups is absent" },
    name: "Ada",
    preferredUsername: "ada-l",
    provider: "company",
    claims: { name: "Ada", level: 3, nested: { a: [1] } },
  },
  site: "https://auth.example.com/",
  clientId: "door",
  sid: "s-1",
  accessToken: "a",
  idToken: "i",
  tokens: { accessToken: "a", accessTokenExpiresAt: 5, refreshToken: "r", idToken: "i" },
  tombstones: { all: "t-1", subject: "t-2" },
  createdAt: 1,
  expiresAt: 2,
  usedAt: 3,
  askedAt: 4,
};
const { identity } = record;
const parsed = (changes: object = {}) => parseRecord(JSON.stringify({ ...record, ...changes }));

describe("a stored record of a session", () => {
  it("is read as it was written", () => {
    expect(parsed()).toEqual(record);
  });

  it("may lack what not every issuer sends", () => {
    const { email: _, groupsFault: __, gaps: _g, name: ___, ...others } = identity;
    const { preferredUsername: ____, defaultGroups: _default, ...who } = others;
    const { sid: _sid, accessToken: _at, idToken: _it, tokens: _t, ...rest } = record;

    expect(parseRecord(JSON.stringify({ ...rest, identity: who, tombstones: {} }))).toEqual({
      ...rest,
      identity: who,
      tombstones: {},
    });
    expect(parsed({ tokens: {} })?.tokens).toEqual({});
  });

  it.each([
    { shape: 1 },
    { shape: "2" },
    { identity: undefined },
    { identity: { ...identity, subject: "" } },
    { identity: { ...identity, subject: undefined } },
    { identity: { ...identity, groups: "staff" } },
    { identity: { ...identity, groups: [1] } },
    { identity: { ...identity, defaultGroups: "x" } },
    { identity: { ...identity, email: 1 } },
    { identity: { ...identity, claims: null } },
    { identity: { ...identity, groupsFault: "x" } },
    { identity: { ...identity, gaps: "x" } },
    { identity: { ...identity, gaps: { email: 1 } } },
    { site: undefined },
    { clientId: 1 },
    { sid: 1 },
    { tokens: "x" },
    { tokens: { refreshToken: 1 } },
    { tombstones: undefined },
    { tombstones: { all: 1 } },
    { createdAt: "1" },
    { expiresAt: undefined },
    { usedAt: null },
    { askedAt: {} },
  ])("is none with %j", (changes) => {
    expect(parsed(changes)).toBeUndefined();
  });

  it.each(["", "{", "null", "[]", "1", JSON.stringify(record).slice(0, -1)])(
    "is none if it is %.9s",
    (written) => {
      expect(parseRecord(written)).toBeUndefined();
    },
  );

  it("is read after more different clients than memory keeps", () => {
    for (let index = 0; index <= 10_000; index++) parsed({ clientId: `c-${index}` });

    expect(parsed()).toEqual(record);
  });
});
