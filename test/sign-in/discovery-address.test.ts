import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startIssuer, type Issuer } from "../../demo/issuer.ts";
import { check } from "../../server/check/check.ts";
import type { Config } from "../../server/config/schema.ts";
import { Browser } from "../peers/browser.ts";
import { configOf, startDoorward } from "../peers/doorward.ts";
import { freePort } from "../peers/free-port.ts";
import { forwarded } from "../peers/sign-in-door.ts";

let site: string;
let company: Issuer;
/** Another address of the same issuer. */
let tenant: string;

beforeEach(async () => {
  site = `http://localhost:${await freePort()}/_auth`;
  company = await startIssuer({
    accounts: [{ id: "ada", claims: {} }],
    clientId: "door",
    clientSecret: "shh",
    redirectUris: [`${site}/callback`],
  });
  tenant = company.issuer.replace("127.0.0.1", "localhost");
});
afterEach(() => company.close());

function configWith(provider: object): Config {
  const client = { type: "oidc", clientId: "door", clientSecret: "shh" };
  const providers = { company: { ...client, ...provider } };
  return configOf({ url: site, providers, access: { subjects: ["ada"] } });
}

async function statusAfterSignIn(provider: object): Promise<number> {
  const doorward = await startDoorward(configWith(provider));
  const browser = new Browser(new Map([[new URL(site).host, doorward.port]]));
  await browser.signIn(`${site}/start`, "ada");
  const { status } = await browser.ask(`${site}/verify`, { headers: forwarded(site) });
  await doorward.close();
  return status;
}

async function faults(provider: object): Promise<string[]> {
  const found = await check(configWith(provider));
  return found.filter(({ level }) => level === "fault").map(({ text }) => text);
}

describe("an issuer whose metadata is at another address", () => {
  it.each(["", "/", "/.well-known/openid-configuration", "/.well-known/openid-configuration?a=b"])(
    "signs in with `discovery` there (%j)",
    async (path) => {
      const provider = { issuer: company.issuer, discovery: tenant + path };

      expect(await statusAfterSignIn(provider)).toBe(200);
      expect(await faults(provider)).toEqual([]);
    },
  );

  it("is a fault that names both issuers and both settings, and no one signs in", async () => {
    const [text = ""] = await faults({ issuer: tenant });

    expect(text).toContain(
      `has the issuer "${company.issuer}", but \`issuer\` is ${tenant}: if that is the issuer of its ID tokens, set \`issuer\` to exactly that, and \`discovery\` to ${tenant}`,
    );
    expect(await statusAfterSignIn({ issuer: tenant })).toBe(302);
  });

  it("is refused if `discovery` leads to another issuer than `issuer`", async () => {
    const provider = { issuer: "https://id.example.com", discovery: tenant };

    expect((await faults(provider)).join()).toContain(`has the issuer "${company.issuer}"`);
    expect(await statusAfterSignIn(provider)).toBe(302);
  });
});
