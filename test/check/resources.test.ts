import { afterEach, describe, expect, it } from "vitest";
import { lines } from "../peers/findings.ts";
import { startTokenIssuer, type Fields, type TokenIssuer } from "../peers/token-issuer.ts";

let issuer: TokenIssuer;
afterEach(() => issuer.close());

const complete = {
  registration_endpoint: "https://id.example.com/register",
  code_challenge_methods_supported: ["plain", "S256"],
};

/** The findings about the resource, without its issuer's address. */
async function findingsOf(metadata: Fields, bearer: Fields = {}): Promise<string[]> {
  issuer = await startTokenIssuer(metadata);
  const company = { type: "oidc", issuer: issuer.issuer, clientId: "door", clientSecret: "of it" };
  const rule = { host: "mcp.example.com", path: "/mcp/**", bearer: { metadata: true, ...bearer } };
  const all = await lines({
    url: "https://auth.example.com",
    cookie: { domain: "example.com" },
    providers: { company },
    storage: { driver: "memory" },
    rules: [rule, { ...rule, methods: "GET" }],
  });
  return all
    .filter((line) => line.includes("resource "))
    .map((line) => line.replaceAll(issuer.issuer, "ISSUER"));
}

const about = "resource https://mcp.example.com/mcp: ISSUER";

describe("check, for a protected resource,", () => {
  it("is content with an issuer where clients register by themselves", async () => {
    expect(await findingsOf(complete)).toEqual([
      `ok ${about}: clients can register there by themselves`,
    ]);
  });

  it("is content with client ID metadata documents", async () => {
    const metadata = { ...complete, client_id_metadata_document_supported: true };

    expect(await findingsOf({ ...metadata, registration_endpoint: undefined })).toEqual([
      `ok ${about}: clients can register there by themselves`,
    ]);
  });

  it("warns about an issuer where no client can register, or without PKCE", async () => {
    expect(await findingsOf({})).toEqual([
      expect.stringMatching(/^warning resource \S+ ISSUER has neither registration_endpoint nor /),
      expect.stringMatching(/^warning resource \S+ ISSUER does not list S256 in /),
    ]);
  });

  it("reports an issuer of the rule that does not answer", async () => {
    const issuers = [{ issuer: "http://127.0.0.1:1" }];

    expect(await findingsOf(complete, { issuers })).toEqual([
      expect.stringMatching(/^fault resource \S+ http:\/\/127\.0\.0\.1:1: /),
    ]);
  });
});
