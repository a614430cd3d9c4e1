import { afterEach, describe, expect, it } from "vitest";
import { startIssuer, type Issuer } from "../../demo/issuer.ts";
import { lines } from "../peers/findings.ts";

const client = { clientId: "door", clientSecret: "the door's own secret" };
const redirectUris = ["https://auth.example.com/callback"];

let issuer: Issuer | undefined;
afterEach(() => issuer?.close());

/** What is said of the clock of an issuer whose answers have these headers. */
async function saidOf(headers: () => Record<string, string>): Promise<string[]> {
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
    ["that agrees is well", 0, /^ok .* agrees with ours$/],
    ["that is a little ahead is well", 4, /^ok /],
    ["that is a little behind is well", -4, /^ok /],
    ["that is ahead is a warning", 15, /^warning .* is 1[45] s ahead of ours: .*NTP/],
    ["that is behind is a warning", -15, /^warning .* is 1[3-6] s behind ours: .*NTP/],
    ["that is far ahead is a fault", 120, /^fault .* is 1(19|20) s ahead of ours/],
    ["that is far behind is a fault", -120, /^fault .* is 1(18|19|20|21) s behind ours/],
  ])("%s", async (_, seconds, words) => {
    const said = await saidOf(() => ({ Date: inSeconds(seconds) }));

    expect(said).toEqual([expect.stringMatching(words)]);
  });

  it("whose answers a cache has kept is no fault", async () => {
    const said = await saidOf(() => ({ Date: inSeconds(-600), Age: "600" }));

    expect(said).toEqual([expect.stringMatching(/^ok /)]);
  });

  it("that is not told is nothing to say", async () => {
    const said = await saidOf(() => ({ Date: "" }));

    expect(said).toEqual([]);
  });
});
