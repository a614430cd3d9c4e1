import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseYAML } from "confbox";
import { importSPKI, jwtVerify } from "jose";
import { afterAll, expect, it } from "vitest";
import { providers } from "../../providers/registry.ts";
import { createOpenAuthentication } from "../../server/sign-in/client-authentication.ts";
import { capturingLog } from "../peers/capturing-log.ts";
import { configOf } from "../peers/doorward.ts";
import { block } from "./blocks.ts";
import { runShell } from "./shell.ts";

const page = "docs/client-authentication.md";
const folder = mkdtempSync(join(tmpdir(), "doorward-client-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("the key of docs/client-authentication.md signs assertions that its registered half verifies", async () => {
  const registered = await runShell(block(page, "sh", "openssl genpkey"), { cwd: folder });
  const yaml = block(page, "yaml", "providers:\n  company:").replace("/etc/doorward", folder);
  const config = configOf({
    ...parseYAML<Record<string, unknown>>(yaml),
    url: "https://app.example.com/_auth",
    access: { anyone: true },
  });
  const [oidc, company] = [providers.get("oidc"), config.providers.company];
  if (oidc === undefined || company?.issuer === undefined) throw new Error("no provider");
  const open = createOpenAuthentication(capturingLog().log, () => undefined);
  const form = new URLSearchParams();

  const { issuer } = company;
  const metadata = { issuer, token_endpoint: `${issuer}/token` };
  const client = { client_id: company.clientId };
  await open("company", oidc, company).ofIssuer(metadata)(metadata, client, form, new Headers());

  const key = await importSPKI(registered, "ES256");
  const { payload, protectedHeader } = await jwtVerify(form.get("client_assertion") ?? "", key);
  expect(payload).toMatchObject({ iss: "door", sub: "door", aud: issuer });
  expect(protectedHeader).toEqual({ alg: "ES256", kid: "2026-10" });
});
