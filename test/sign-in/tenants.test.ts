import { describe, expect, it } from "vitest";
import {
  issuerFault,
  placeAt,
  usualPlace,
  withAcceptedKeys,
} from "../../server/sign-in/tenants.ts";

const template = "https://login.example.com/{tenantid}/v2.0";
const one = "https://login.example.com/one/v2.0";
const two = "https://login.example.com/two/v2.0";
const single = "https://id.example.com";

it("the metadata of an issuer is at its usual place", () => {
  const address = "https://id.example.com/x/.well-known/openid-configuration";

  expect(usualPlace("https://id.example.com/x")).toEqual({
    address,
    issuer: "https://id.example.com/x",
  });
  expect(usualPlace("https://id.example.com/x/")).toEqual({
    address,
    issuer: "https://id.example.com/x/",
  });
});

it.each([
  [undefined, "https://id.example.com/.well-known/openid-configuration"],
  ["https://tenant.example.com", "https://tenant.example.com/.well-known/openid-configuration"],
  [
    "https://tenant.example.com/x/",
    "https://tenant.example.com/x/.well-known/openid-configuration",
  ],
  [
    "https://tenant.example.com/.well-known/openid-configuration?appid=7",
    "https://tenant.example.com/.well-known/openid-configuration?appid=7",
  ],
  [
    "https://tenant.example.com/.well-known/oauth-authorization-server",
    "https://tenant.example.com/.well-known/oauth-authorization-server",
  ],
])("the metadata with discovery %s is at %s, of the same issuer", (discovery, address) => {
  expect(placeAt(discovery, usualPlace(single))).toEqual({ address, issuer: single });
});

describe("the issuers of a provider", () => {
  const many = { place: { address: "", issuer: template }, issuers: [one, two] };
  const alone = { place: { address: "", issuer: single }, issuers: [single] };

  it("accept their own tokens", () => {
    expect(issuerFault(alone, { iss: single })).toBeUndefined();
    expect(issuerFault(many, { iss: one, tid: "one" })).toBeUndefined();
    expect(issuerFault(many, { iss: two, tid: "two" })).toBeUndefined();
  });

  it.each([
    [alone, { iss: one }, /^has the issuer https:\/\/login.*one.*, not https:\/\/\S+$/],
    [alone, {}, /^has the issuer undefined, not https/],
    [many, { iss: single, tid: "one" }, /^has the issuer https:.*not listed in `tenants`$/],
    [many, { iss: template, tid: "{tenantid}" }, /not listed/],
    [many, { iss: one, tid: "two" }, /^has a tenant id \(tid\) that does not match its issuer$/],
    [many, { iss: one }, /tenant id/],
    [many, { iss: one, tid: ["one"] }, /tenant id/],
  ])("refuse others (%#)", (party, claims, fault) => {
    expect(issuerFault(party, claims)).toMatch(fault);
  });
});

describe("the keys of an issuer with many tenants", () => {
  const keys = async (body: string | null, status = 200) => {
    const asked: unknown[][] = [];
    const fetch = async (...parts: unknown[]) => {
      asked.push(parts);
      return new Response(body, { status, headers: { "x-kept": "yes" } });
    };
    const response = await withAcceptedKeys(fetch, template, [one])("https://keys.example", {
      a: 1,
    });
    expect(asked).toEqual([["https://keys.example", { a: 1 }]]);
    expect(response.headers.get("x-kept")).toBe("yes");
    return [response.status, await response.text()];
  };

  it("are those of all its tenants and of the accepted ones", async () => {
    const set = [
      { kid: "shared" },
      { kid: "template", issuer: template },
      { kid: "one", issuer: one, use: "sig" },
      { kid: "two", issuer: two },
      { kid: "odd", issuer: 1 },
    ];

    const [status, text] = await keys(JSON.stringify({ keys: set, more: 1 }));

    expect([status, JSON.parse(String(text))]).toEqual([200, { keys: set.slice(0, 3) }]);
  });

  it.each(["not JSON", '{"keys":1}', "[]"])("are unchanged if they are %s", async (body) => {
    expect(await keys(body)).toEqual([200, body]);
  });

  it("may be an empty response, with a status that allows none", async () => {
    expect(await keys("", 500)).toEqual([500, ""]);
    expect(await keys(null, 304)).toEqual([304, ""]);
  });
});
