import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { block } from "../docs/blocks.ts";
import type { Browser } from "../peers/browser.ts";
import { valuesOf } from "./gate.ts";
import { appUrl, setUp, variants, type Stand, type Variant } from "./stand.ts";

const page = "docs/assertion.md";
const own = variants.filter(({ site }) => site === "https://auth.example.com");
/** Each proxy once, in today's version where there are two. */
const proxies = [...new Map(own.map((variant) => [variant.proxy, variant])).values()];

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const [header, otherHeader] = ["X-Doorward-Assertion", "X-App-Proof"];

describe.each(proxies)("the assertion, behind $program", (variant) => {
  let stand: Stand;
  let ada: Browser;

  beforeAll(async () => {
    const rules = [{ host: "app.example.com", path: "/public/**", allow: "public" }];
    stand = await setUp(variant, undefined, { assertion: { key }, rules });
    ada = await stand.signedIn("ada");
  });
  afterAll(() => stand.close());

  /** The values of the header as the app receives it, in any spelling; undefined = the app got no request. */
  async function heardOf(browser: Browser, path: string, headers: Record<string, string> = {}) {
    const before = stand.app.heard.length;
    await browser.ask(`${appUrl}${path}`, { headers });
    const [heard, ...more] = stand.app.heard.slice(before);
    expect(more).toEqual([]);
    return heard && valuesOf(heard, header.toLowerCase());
  }

  it("reaches the app once, and the app can verify it", async () => {
    const [assertion = "", ...more] = (await heardOf(ada, "/x")) ?? [];

    expect(more).toEqual([]);
    const { payload } = await jwtVerify(assertion, createPublicKey(key), {
      issuer: "https://auth.example.com",
      audience: appUrl,
      algorithms: ["ES256"],
    });
    expect(payload).toMatchObject({
      sub: "ada",
      email: "ada@example.com",
      groups: ["staff", "ops"],
      provider: "company",
    });
  });

  it.each([
    "X-Doorward-Assertion",
    "x-doorward-assertion",
    "X_Doorward_Assertion",
    "X-Doorward_Assertion",
    "X.Doorward.Assertion",
  ])("is never the visitor's own %s", async (name) => {
    const heard = await heardOf(ada, "/x", { [name]: "evil" });

    expect(heard?.map((value) => value.startsWith("eyJ"))).toEqual([true]);
  });

  it("is not removed by naming it in Connection", async () => {
    expect(await heardOf(ada, "/x", { Connection: `close, ${header}` })).toEqual([
      expect.stringMatching(/^eyJ/),
    ]);
  });

  it("is empty for a visitor without a session on a public page", async () => {
    const heard = await heardOf(stand.newBrowser(), "/public/x", { [header]: "evil" });

    expect(heard?.join("")).toBe("");
  });
});

it.each(proxies)("has the configured name behind $program", async (variant) => {
  const stand = await setUp(variant, undefined, { assertion: { header: otherHeader, key } });
  try {
    const ada = await stand.signedIn("ada");
    await ada.ask(`${appUrl}/x`, { headers: { [otherHeader]: "evil" } });

    const heard = stand.app.heard.at(-1);
    expect(heard && valuesOf(heard, otherHeader.toLowerCase())).toEqual([
      expect.stringMatching(/^eyJ/),
    ]);
  } finally {
    await stand.close();
  }
});

describe("the public keys of the manual", () => {
  const folder = mkdtempSync(join(tmpdir(), "doorward-keys-"));
  const set = JSON.stringify({ keys: [{ kid: "a" }] });
  const admin = createServer((_, response) =>
    response.setHeader("Content-Type", "application/jwk-set+json").end(set),
  );

  beforeAll(async () => {
    writeFileSync(join(folder, "jwks.json"), set);
    admin.listen(0, "127.0.0.1");
    await once(admin, "listening");
  });
  afterAll(() => {
    admin.close();
    rmSync(folder, { recursive: true });
  });

  const nginx = block(page, "nginx").replaceAll("/srv/doorward-keys", folder);
  const caddy = block(page, "caddyfile").replaceAll("/srv/doorward-keys", folder);
  const traefik = () =>
    block(page, "yaml", "http:").replace("9180", String((admin.address() as AddressInfo).port));

  /** Adds the block of the manual where its sentence says. */
  const additions: Readonly<Record<string, (text: string) => string>> = {
    nginx: (text) => text.replace("    location ^~ /verify {", (found) => nginx + found),
    caddy: (text) => text.replace("auth.example.com {\n", (found) => found + caddy),
    traefik(text) {
      const [, routers = "", services = ""] =
        /routers:\n(.*)  services:\n(.*)/s.exec(traefik()) ?? [];
      return text
        .replace("  routers:\n", (found) => found + routers)
        .replace("  services:\n", (found) => found + services);
    },
  };
  const serving = Object.entries(additions).map(([proxy, add]) => {
    const variant = proxies.find((one) => one.proxy === proxy) as Variant;
    return { program: variant.program, variant, add };
  });

  it.each(serving)(
    "are served by $program, which asks for no sign-in",
    async ({ variant, add }) => {
      const stand = await setUp(variant, add, { assertion: { key } });
      try {
        const browser = stand.newBrowser();
        const url = "https://auth.example.com/.well-known/jwks.json";

        const answer = await browser.ask(url);

        expect([answer.status, answer.body]).toEqual([200, set]);
        expect(answer.headers["content-type"]).toBe("application/jwk-set+json");
        expect((await browser.ask(`${appUrl}/x`)).status).toBe(401);
      } finally {
        await stand.close();
      }
    },
  );
});
