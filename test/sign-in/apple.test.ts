import { generateKeyPairSync, randomUUID } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jwtVerify } from "jose";
import { expect, it } from "vitest";
import { openSignInDoor } from "../peers/sign-in-door.ts";

it("signs Apple's client secret anew for each request with the operator's key, valid for five minutes", async () => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const file = join(mkdtempSync(join(tmpdir(), "doorward-apple-")), "AuthKey.p8");
  writeFileSync(file, String(privateKey.export({ type: "pkcs8", format: "pem" })));
  const own = { clientKeyFile: file, clientKeyId: "KEY1234567", clientTeamId: "TEAM123456" };
  const door = await openSignInDoor({}, { type: "apple", clientSecret: undefined, ...own });

  await door.signIn(door.browser());
  await door.signIn(door.browser());
  await door.close();

  const forms = door.issuer.received
    .filter(({ path }) => path === "/token")
    .map(({ body, authorization }) => ({ form: new URLSearchParams(body), authorization }));
  const secrets = forms.map(({ form }) => form.get("client_secret") ?? randomUUID());
  expect(forms.map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
  for (const secret of secrets) {
    const { payload, protectedHeader } = await jwtVerify(secret, publicKey, {
      issuer: "TEAM123456",
      subject: "door",
      audience: door.issuer.issuer,
    });
    expect(protectedHeader).toEqual({ alg: "ES256", kid: "KEY1234567" });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(300);
  }
  expect(new Set(secrets).size).toBe(2);
});
