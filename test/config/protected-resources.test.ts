import { expect, it } from "vitest";
import { entraId } from "../../providers/entra-id.ts";
import { createProtectedResources } from "../../server/config/protected-resources.ts";
import { issuersFor } from "../../server/sign-in/tenants.ts";
import { configOf } from "../peers/doorward.ts";

const tenants = ["11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-000000000000"];

it.each([
  ["of many tenants", { issuer: "https://login.microsoftonline.com/common/v2.0", tenants }],
  ["of one tenant", { issuer: `https://login.microsoftonline.com/${tenants[0]}/v2.0` }],
])("a document lists exactly the issuers whose tokens are accepted: %s", (_, settings) => {
  const config = configOf({
    url: "https://auth.example.com",
    cookie: { domain: "example.com" },
    providers: { "entra-id": { ...settings, clientId: "x", clientSecret: "y" } },
    access: { anyone: true },
    rules: [{ host: "mcp.example.com", bearer: { metadata: true } }],
  });

  const [resource] = createProtectedResources(config).values();

  const { issuers } = issuersFor(entraId, settings);
  expect(issuers).toHaveLength("tenants" in settings ? 2 : 1);
  expect(resource?.issuers).toEqual(issuers);
  expect(JSON.parse(resource?.document ?? "")).toMatchObject({ authorization_servers: issuers });
});
