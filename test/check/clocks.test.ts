import { afterEach, describe, expect, it } from "vitest";
import { startIssuer, type Issuer } from "../../demo/issuer.ts";
import { lines } from "../peers/findings.ts";

const client = { clientId: "door", clientSecret: "the door's own secret" };
const redirectUris = ["https://auth.example.com/callback"];

let issuer: Issuer | undefined;
afterEach(() => issuer?.close());

/** The findings about the clock of an issuer whose responses have these headers. */
async function findingsOf(headers: () => Record<string, string>): Promise<string[]> {
  issuer = await startIssuer({
    accounts: [],
    ...client,
    redirectUris,
    before: async (_, response) => void response.setHeaders(new Map(Object.entries(headers()))),
  });
  const company = { type: "oidc", issuer: issuer.issuer, ...client };
  const all = await lines({ providers: { company } });
  return all.filter((line) => line.includes("the clock of"));
}

function inSeconds(seconds: number): string {
  return new Date(Date.now() + seconds * 1_000).toUTCString();
}

describe("the clock of an issuer", () => {
  it.each<[string, number, RegExp]>([
    ["that agrees is ok", 0, /^ok .* agrees with this machine's$/],
    ["that is a little ahead is ok", 4, /^ok /],
    ["that is a little behind is ok", -4, /^ok /],
    [
      "that is ahead is a warning",
      15,
      /^warning .* is 1[45] s ahead of this machine's, .*\(iat, nbf\): .*NTP/,
    ],
    [
      "that is behind is a warning",
      -15,
      /^warning .* is 1[3-6] s behind this machine's, .*\(exp\): .*NTP/,
    ],
    ["that is far ahead is a fault", 120, /^fault .* is 1(19|20) s ahead of this machine's/],
    ["that is far behind is a fault", -120, /^fault .* is 1(18|19|20|21) s behind this machine's/],
  ])("%s", async (_, seconds, words) => {
    const found = await findingsOf(() => ({ Date: inSeconds(seconds) }));

    expect(found).toEqual([expect.stringMatching(words)]);
  });

  it("is ok if a cache returns old responses", async () => {
    const found = await findingsOf(() => ({ Date: inSeconds(-600), Age: "600" }));

    expect(found).toEqual([expect.stringMatching(/^ok /)]);
  });

  it("is not checked without a Date header", async () => {
    const found = await findingsOf(() => ({ Date: "" }));

    expect(found).toEqual([]);
  });
});
